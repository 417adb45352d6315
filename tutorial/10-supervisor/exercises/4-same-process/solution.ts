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
  return [...wakers, ...kept].map((fd) => fcntl(fd, C.F_SETFD, 0))
}

/** What that program does. */
export function waiting({ wakers, next, env }: Nap): Syscall[] {
  return [allowing('EINTR', ppoll(wakers)), execve(next[0]!, next, env)]
}
