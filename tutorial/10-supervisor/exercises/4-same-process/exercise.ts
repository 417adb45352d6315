// Exercise 10-4: a process that becomes a smaller program while it waits.

import * as C from '../../../../src/syscall/constants.ts'
import { fcntl, ppoll } from '../../../../src/syscall/file.ts'
import { execve } from '../../../../src/syscall/process.ts'
import { allowing, type Syscall } from '../../../../src/syscall/syscall.ts'

export interface Nap {
  /** Wake up when something can be read from one of these. */
  readonly wakers: readonly number[]
  /** These are needed afterwards. */
  readonly kept: readonly number[]
  /** The command line to become then, and its environment. */
  readonly next: readonly string[]
  readonly env: readonly string[]
}

/** What Node does before it becomes the program that waits. */
export function before({ wakers, kept }: Nap): Syscall[] {
  // TODO: fcntl(fd, C.F_SETFD, flags) says whether a descriptor is closed by execve: C.FD_CLOEXEC, or 0.
  return []
}

/** What that program does. */
export function waiting({ wakers, next, env }: Nap): Syscall[] {
  // TODO: wait, and become the next program.
  throw new Error('TODO: the program that waits has no calls yet')
}
