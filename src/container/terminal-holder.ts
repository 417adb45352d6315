// A program that has a terminal, and whose person has gone: somebody must hold the other end, or it is hung up, and read
// what it writes, or it stops when the terminal is full. That is a program of a few kilobytes. It reads until the last
// program in the container has let go of the terminal: that is an error for who reads, and its end.

import { closeSync, openSync } from 'node:fs'
import { clone } from '../syscall/clone.ts'
import { dup3, read } from '../syscall/file.ts'
import { arch } from '../syscall/numbers.ts'
import { execve, execveat, setsid } from '../syscall/process.ts'
import { programOf } from '../syscall/program.ts'
import { programFile } from '../syscall/program-file.ts'

const title = 'gocker: holds a terminal'
/** Then it begins anew: a list of calls has no other way to do so. */
const readsInARow = 16

/** Hand on our end of a terminal. It is still the caller's to close, here. @throws SyscallError */
export function holdTerminal(master: number): void {
  const reads = Array.from({ length: readsInARow }, () => read(0, new Uint8Array(4096)))
  const program = programFile('gocker', programOf([...reads, execve('/proc/self/exe', [title], [])], arch))
  // whoever reads what we write must not wait for it
  const nothing = openSync('/dev/null', 'r+')
  try {
    clone(0, [setsid(), dup3(master, 0), dup3(nothing, 1), dup3(nothing, 2), execveat(program, [title], [])])
  } finally {
    closeSync(nothing)
    closeSync(program)
  }
}
