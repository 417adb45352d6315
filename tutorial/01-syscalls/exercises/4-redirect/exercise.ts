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
  return [
    // TODO: open the input, open the output, and make them the descriptors 0 and 1.
    execve(program, argv, []),
  ]
}
