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
  const openFlags = C.O_RDWR | C.O_NOCTTY | C.O_CLOEXEC
  const master = call(openat(C.AT_FDCWD, '/dev/ptmx', openFlags))
  call(ioctl(master, C.TIOCSPTLCK, new Uint8Array(4)))
  const size = new Uint16Array([rows, columns, 0, 0])
  call(ioctl(master, C.TIOCSWINSZ, new Uint8Array(size.buffer)))
  const slave = call(ioctl(master, C.TIOCGPTPEER, openFlags))
  return { master, slave }
}

/** The calls that a new process makes to own the terminal, before it becomes a program. */
export function takeOver(slave: number): Syscall[] {
  return [setsid(), dup3(slave, 0), dup3(slave, 1), dup3(slave, 2), ioctl(0, C.TIOCSCTTY, 0)]
}
