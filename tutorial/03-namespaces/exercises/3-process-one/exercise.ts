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
    // TODO: three kinds of namespace, put together with |
    flags: 0,
    calls: [
      // TODO: let nothing of what follows reach the host.
      // TODO: show the processes of this namespace in /proc: mount('proc', where, 'proc', flags).
      // TODO: give the machine its name.
    ],
  }
}
