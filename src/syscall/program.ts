// A program of a few hundred bytes, made here: an ELF executable whose text is machine code of this folder, and whose data
// is a table of calls. It needs 20 KB of memory, no library and no file of the system. elf(5)

import { bytesOf, machineCode, record } from './child-code.ts'
import { initListing, initMemory } from './init-code.ts'
import type { Arch } from './numbers.ts'
import { type Syscall, syscall } from './syscall.ts'
import { layOut, type Table } from './table.ts'

/** Where it lies in its own memory: any place that a page can begin at, and that is not the first. */
const base = 0x400000
const headers = 64 + 56

/** Sets the register that the loop finds the table's address in: `mov $address,%edi`, or `movz x0` and `movk x0`. */
function loadAddress(processor: Arch, address: number): Buffer {
  const code = Buffer.alloc(processor === 'x64' ? 5 : 8)
  if (processor === 'x64') {
    code.writeUInt8(0xbf, 0)
    code.writeUInt32LE(address, 1)
  } else {
    code.writeUInt32LE((0xd2800000 | ((address & 0xffff) << 5)) >>> 0, 0)
    code.writeUInt32LE((0xf2a00000 | ((address >>> 16) << 5)) >>> 0, 4)
  }
  return code
}

/** The executable for these calls, of which the last one must be execve or exit_group. */
export function programOf(calls: readonly Syscall[], processor: Arch): Buffer {
  return executable(processor, machineCode(processor), layOut(calls, processor))
}

/** An init (init-code.ts) whose child makes these calls. @param name as ps(1) shows it */
export function initProgramOf(name: string, calls: readonly Syscall[], processor: Arch): Buffer {
  const code = Buffer.concat([bytesOf(initListing[processor]), machineCode(processor)])
  const table = layOut(calls, processor)
  return executable(processor, code, {
    size: initMemory.table + table.size,
    writeTo: (into, address) => {
      const bytes = Buffer.from(into.buffer, into.byteOffset, into.byteLength)
      bytes.writeBigUInt64LE(0xffffffffffffffffn, initMemory.mask)
      bytes.write(name.slice(0, 15), initMemory.name)
      table.writeTo(into.subarray(initMemory.table), address + initMemory.table)
    },
  })
}

/** Behind the headers and the code, where a record may begin. */
function dataAt(code: Buffer, processor: Arch): number {
  return (headers + loadAddress(processor, 0).length + code.length + 15) & ~15
}

/** The code finds the address of the data in the register of the first argument. */
function executable(processor: Arch, code: Buffer, data: Table): Buffer {
  const at = dataAt(code, processor)
  const size = at + data.size
  const file = Buffer.alloc(size)
  elfHeader(file, processor, base + headers)
  loadHeader(file, 64, size)
  Buffer.concat([loadAddress(processor, base + at), code]).copy(file, headers)
  data.writeTo(file.subarray(at), base + at)
  return file
}

/** Elf64_Ehdr */
function elfHeader(file: Buffer, processor: Arch, entry: number): void {
  // 64 bits, little-endian, version 1, System V
  file.write('\x7fELF\x02\x01\x01', 'latin1')
  file.writeUInt16LE(2, 16) // ET_EXEC
  file.writeUInt16LE(processor === 'x64' ? 62 : 183, 18) // EM_X86_64, EM_AARCH64
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(BigInt(entry), 24)
  file.writeBigUInt64LE(64n, 32) // the program header follows
  file.writeUInt16LE(64, 52)
  file.writeUInt16LE(56, 54)
  file.writeUInt16LE(1, 56)
}

/** Elf64_Phdr: the whole file, to be read, written and executed: the table is where results are put. */
function loadHeader(file: Buffer, at: number, size: number): void {
  file.writeUInt32LE(1, at) // PT_LOAD
  file.writeUInt32LE(7, at + 4) // PF_R | PF_W | PF_X
  file.writeBigUInt64LE(0n, at + 8)
  file.writeBigUInt64LE(BigInt(base), at + 16)
  file.writeBigUInt64LE(BigInt(base), at + 24)
  file.writeBigUInt64LE(BigInt(size), at + 32)
  file.writeBigUInt64LE(BigInt(size), at + 40)
  file.writeBigUInt64LE(0x1000n, at + 48)
}

/** A call by its number alone: one that the engine never makes has no name here. */
export interface Numbered {
  readonly number?: number
}

/**
 * A program that makes these calls one after the other, whatever each comes to, and then writes the records of all to its
 * standard output: `toldBy` reads them. For probing what a process may do.
 */
export function tellingProgramOf(calls: readonly (Syscall & Numbered)[], processor: Arch): Buffer {
  const table = dataAt(machineCode(processor), processor)
  const report = syscall('write', 1, base + table, calls.length * record.size)
  const file = programOf([...calls, report, syscall('exit_group', 0)], processor)
  for (const [i, { number }] of calls.entries()) {
    const at = table + i * record.size
    if (number !== undefined) file.writeBigInt64LE(BigInt(number), at + record.number)
    // no result is too small
    file.writeBigInt64LE(-4095n, at + record.least)
  }
  return file
}

/** What `count` calls came to, a negative number being an errno, and what the program wrote before it told so. */
export function toldBy(output: Buffer, count: number): { results: number[]; before: Buffer } {
  const start = output.length - count * record.size
  if (start < 0) return { results: [], before: output }
  const result = (i: number) => Number(output.readBigInt64LE(start + i * record.size + record.result))
  return { results: Array.from({ length: count }, (_, i) => result(i)), before: output.subarray(0, start) }
}
