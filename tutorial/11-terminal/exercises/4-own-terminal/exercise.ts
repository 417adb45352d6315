// Exercise 11-4: a new terminal, and a process whose terminal it becomes.

import { call } from '../../../../src/syscall/call.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { dup3, ioctl, openat } from '../../../../src/syscall/file.ts'
import { setsid } from '../../../../src/syscall/process.ts'
import type { Syscall } from '../../../../src/syscall/syscall.ts'

export interface Pair {
  readonly master: number
  readonly slave: number
}

/** Make a terminal of this size. Its ends are the caller’s to close. */
export function openPair(rows: number, columns: number): Pair {
  const openFlags = C.O_RDWR
  const master = call(openat(C.AT_FDCWD, '/dev/ptmx', openFlags))
  // TODO: unlock the other end: TIOCSPTLCK, with four bytes of 0.
  // TODO: tell it its size: TIOCSWINSZ takes struct winsize, four numbers of 16 bits: rows, columns, 0, 0.
  // TODO: get the other end: TIOCGPTPEER takes the flags to open it with, and returns a descriptor.
  throw new Error('TODO: openPair does not get hold of the other end yet')
}

/** The calls that a new process makes to own the terminal, before it becomes a program. */
export function takeOver(slave: number): Syscall[] {
  // TODO: the terminal is in place, but it is not the process’s own.
  return [dup3(slave, 0), dup3(slave, 1), dup3(slave, 2)]
}
