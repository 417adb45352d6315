// Exercise 01-4: the calls by which a process connects itself with two files and becomes a program.

import * as C from '../../../../src/syscall/constants.ts'
import { dup3, openat } from '../../../../src/syscall/file.ts'
import { execve } from '../../../../src/syscall/process.ts'
import type { Syscall } from '../../../../src/syscall/syscall.ts'

export interface Command {
  /** `/usr/bin/sort` */
  readonly program: string
  /** `['sort', '-r']` */
  readonly argv: readonly string[]
  /** Paths of files. */
  readonly input: string
  readonly output: string
}

/** `program < input > output` */
export function redirect({ program, argv, input, output }: Command): Syscall[] {
  const from = openat(C.AT_FDCWD, input, C.O_RDONLY | C.O_CLOEXEC)
  const to = openat(C.AT_FDCWD, output, C.O_WRONLY | C.O_CREAT | C.O_TRUNC | C.O_CLOEXEC, 0o644)
  return [from, to, dup3(from, 0), dup3(to, 1), execve(program, argv, [])]
}
