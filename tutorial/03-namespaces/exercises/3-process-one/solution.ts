// Exercise 03-3: a container that is alone with itself.

import * as C from '../../../../src/syscall/constants.ts'
import { mount } from '../../../../src/syscall/mount.ts'
import { sethostname } from '../../../../src/syscall/process.ts'
import type { Syscall } from '../../../../src/syscall/syscall.ts'

export interface Container {
  /** The new namespaces, for clone(2): C.CLONE_NEW… */
  readonly flags: number
  /** What the new process does in them, before it becomes a shell. */
  readonly calls: readonly Syscall[]
}

/** A container in which the machine is called `name`. */
export function container(name: string): Container {
  return {
    flags: C.CLONE_NEWPID | C.CLONE_NEWNS | C.CLONE_NEWUTS,
    calls: [
      mount('none', '/', '', C.MS_REC | C.MS_PRIVATE),
      mount('proc', '/proc', 'proc', C.MS_NOSUID | C.MS_NODEV | C.MS_NOEXEC),
      sethostname(name),
    ],
  }
}
