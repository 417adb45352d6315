// Exercise 03-4: exec, a second program in a container that runs.

import { call } from '../../../../src/syscall/call.ts'
import { clone } from '../../../../src/syscall/clone.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { close, openat } from '../../../../src/syscall/file.ts'
import { pidfd_open, setns } from '../../../../src/syscall/process.ts'
import type { Syscall } from '../../../../src/syscall/syscall.ts'

/**
 * Start a program in the container whose first process is `pid`.
 * @param namespaces the kinds that the container has of its own, as flags: with CLONE_NEWPID among them
 * @param program an execve
 * @returns the number of the new process
 */
export function enter(pid: number, namespaces: number, program: Syscall): number {
  const container = call(pidfd_open(pid))
  const own = call(openat(C.AT_FDCWD, '/proc/self/ns/pid', C.O_RDONLY | C.O_CLOEXEC))
  try {
    call(setns(container, C.CLONE_NEWPID))
    return clone(0, [setns(container, namespaces & ~C.CLONE_NEWPID), program])
  } finally {
    call(setns(own, C.CLONE_NEWPID))
    call(close(own))
    call(close(container))
  }
}
