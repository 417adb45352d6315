// A pipe: what is written at one end is read at the other, and when nobody holds the writing end any more, the reader finds the
// end of the file. A program that execve(2) starts gets neither end. pipe(7)

import { call } from './call.ts'
import * as C from './constants.ts'
import { pipe2 } from './file.ts'

/** The descriptors of a new pipe's two ends, which are the caller's to close. @throws SyscallError (EMFILE, ENFILE) */
export function makePipe(): [reading: number, writing: number] {
  const fds = new Int32Array(2)
  call(pipe2(new Uint8Array(fds.buffer), C.O_CLOEXEC))
  return [fds[0]!, fds[1]!]
}
