// A program for Mallory that needs nothing in the image: an ELF file of some hundred bytes whose data is a list of calls. It
// makes them one after the other, whatever they come to, and writes the results to its standard output.

import * as C from '../../src/syscall/constants.ts'
import { arch } from '../../src/syscall/numbers.ts'
import { tellingProgramOf, toldBy } from '../../src/syscall/program.ts'
import { type Arg, type Syscall, syscall } from '../../src/syscall/syscall.ts'

/** A call, also of those that the engine itself never makes: by its number. */
export type Call = Syscall & { readonly number?: number }

/** A call by its number on x86-64 and on arm64; undefined where there is none. */
export function numbered(x64: number, arm64: number, ...args: Arg[]): Call {
  return { ...syscall('getpid', ...args), number: arch === 'x64' ? x64 : arm64 }
}

/** Memory for the kernel to write into, all zero: what it returns is the address. */
export function memory(size = 4096): Call {
  return syscall('mmap', 0, size, C.PROT_READ | C.PROT_WRITE, C.MAP_PRIVATE | C.MAP_ANONYMOUS, -1, 0)
}

/** The same at an address that is known before, for what is a pointer inside of a struct. MAP_FIXED is 0x10 */
export const fixedAddress = 0x10000000
export function fixedMemory(): Call {
  const how = C.MAP_PRIVATE | C.MAP_ANONYMOUS | 0x10
  return syscall('mmap', fixedAddress, 4096, C.PROT_READ | C.PROT_WRITE, how, -1, 0)
}

/** Numbers of 32 bits as C has them in a struct. */
export const words = (...numbers: number[]): Uint8Array => new Uint8Array(new Uint32Array(numbers).buffer)

export const longs = (...numbers: bigint[]): Uint8Array => new Uint8Array(new BigUint64Array(numbers).buffer)

/** The executable. */
export const attackProgram = (calls: readonly Call[]): Buffer => tellingProgramOf(calls, arch)

/** What the calls came to, and what the program wrote besides. @param output as latin1 */
export function readResults(output: string, count: number): { results: number[]; text: string } {
  const { results, before } = toldBy(Buffer.from(output, 'latin1'), count)
  return { results, text: before.toString('utf8') }
}
