// A program of ours (program.ts) as a file that can be executed. It lies in memory and has no name in any directory, so
// nobody else can replace it; it is sealed, so that not even root of the host can change it; and it is gone with the last descriptor of it. memfd_create(2)

import { writeSync } from 'node:fs'
import { attempt, call } from './call.ts'
import * as C from './constants.ts'
import { fcntl, memfd_create } from './file.ts'
import { allocate } from './memory.ts'
import { allowing, syscall } from './syscall.ts'

/**
 * @param name as /proc/PID/exe shows it
 * @returns a descriptor, to be closed by the caller; close-on-exec
 * @throws SyscallError where such programs are forbidden: EACCES, with vm.memfd_noexec = 2
 */
export function programFile(name: string, program: Buffer): number {
  // where vm.memfd_noexec is 1, it has to be said that it is a program; before Linux 6.3 there is no word for that
  const flags = C.MFD_CLOEXEC | C.MFD_ALLOW_SEALING
  const said = call(allowing('EINVAL', memfd_create(name, flags | C.MFD_EXEC)))
  const file = said >= 0 ? said : call(memfd_create(name, flags))
  for (let done = 0; done < program.length; ) done += writeSync(file, program, done)
  call(fcntl(file, C.F_ADD_SEALS, C.F_SEAL_EVERYTHING))
  return file
}

/**
 * Become the program in this file, now, in this very process: what execve(2) leaves stays. Returns only if that fails.
 * @param title how ps(1) shows it
 */
export function become(file: number, title: string): void {
  attempt(syscall('execve', `/proc/self/fd/${file}`, pointers(title), pointers()))
}

/** An array of strings as C has it, in memory that V8 does not move. */
function pointers(...texts: readonly string[]): number {
  const array = allocate(8 * (texts.length + 1))
  for (const [i, text] of texts.entries()) {
    const block = allocate(Buffer.byteLength(text) + 1)
    block.bytes.write(text)
    array.bytes.writeBigUInt64LE(BigInt(block.address), 8 * i)
  }
  return array.address
}
