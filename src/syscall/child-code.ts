// The first instructions of every container: a loop over a table of system calls, in machine code.
//
// Node cannot fork: V8 keeps its heap out of a child's sight (MADV_DONTFORK). So the new process gets no
// JavaScript to run, but these few dozen bytes, which need nothing: no stack, no library, no heap.
//
// A record of the table has ten words of eight bytes:
//
//     0  the number of the call
//     8  six words: the addresses of its six arguments
//    56  its result
//    64  the smallest result that is a success
//    72  one result besides that is accepted (a negative errno)
//
// The arguments are given by address, so that one may be the result of an earlier record. There is no end
// mark: the last record is execve or exit_group, and neither returns.

import type { Arch } from './numbers.ts'

/** The parts of a record, in bytes. */
export const record = { number: 0, args: 8, result: 56, least: 64, allow: 72, size: 80 } as const

/** One instruction, in bytes and in the words of an assembler. */
export interface Instruction {
  readonly bytes: string
  readonly assembly: string
}

const x64: readonly Instruction[] = [
  { bytes: '48 89 fb', assembly: 'mov %rdi,%rbx' }, //              rbx: the record; it comes as the argument
  { bytes: '48 8b 03', assembly: 'mov (%rbx),%rax' }, //            next: the number
  { bytes: '48 8b 7b 08', assembly: 'mov 0x8(%rbx),%rdi' }, //      the six arguments: address, then value
  { bytes: '48 8b 3f', assembly: 'mov (%rdi),%rdi' },
  { bytes: '48 8b 73 10', assembly: 'mov 0x10(%rbx),%rsi' },
  { bytes: '48 8b 36', assembly: 'mov (%rsi),%rsi' },
  { bytes: '48 8b 53 18', assembly: 'mov 0x18(%rbx),%rdx' },
  { bytes: '48 8b 12', assembly: 'mov (%rdx),%rdx' },
  { bytes: '4c 8b 53 20', assembly: 'mov 0x20(%rbx),%r10' },
  { bytes: '4d 8b 12', assembly: 'mov (%r10),%r10' },
  { bytes: '4c 8b 43 28', assembly: 'mov 0x28(%rbx),%r8' },
  { bytes: '4d 8b 00', assembly: 'mov (%r8),%r8' },
  { bytes: '4c 8b 4b 30', assembly: 'mov 0x30(%rbx),%r9' },
  { bytes: '4d 8b 09', assembly: 'mov (%r9),%r9' },
  // #region afterTheCall
  { bytes: '0f 05', assembly: 'syscall' },
  { bytes: '48 89 43 38', assembly: 'mov %rax,0x38(%rbx)' }, //     keep the result
  { bytes: '48 3b 43 40', assembly: 'cmp 0x40(%rbx),%rax' }, //     large enough?
  { bytes: '7d 12', assembly: 'jge 0x4e' }, //                      then the next
  { bytes: '48 3b 43 48', assembly: 'cmp 0x48(%rbx),%rax' }, //     or the accepted error?
  { bytes: '74 0c', assembly: 'je 0x4e' }, //                       then the next
  { bytes: 'b8 e7 00 00 00', assembly: 'mov $0xe7,%eax' }, //       no: exit_group …
  { bytes: 'bf 7f 00 00 00', assembly: 'mov $0x7f,%edi' }, //       … with 127
  { bytes: '0f 05', assembly: 'syscall' },
  { bytes: '48 83 c3 50', assembly: 'add $0x50,%rbx' }, //          0x4e: on to the next record
  { bytes: 'eb af', assembly: 'jmp 0x3' },
  // #endregion afterTheCall
]

const arm64: readonly Instruction[] = [
  { bytes: 'f3 03 00 aa', assembly: 'mov x19, x0' }, //             x19: the record; it comes as the argument
  { bytes: '68 02 40 f9', assembly: 'ldr x8, [x19]' }, //           next: the number
  { bytes: '60 86 40 a9', assembly: 'ldp x0, x1, [x19, #8]' }, //   the six arguments: addresses in pairs …
  { bytes: '62 8e 41 a9', assembly: 'ldp x2, x3, [x19, #24]' },
  { bytes: '64 96 42 a9', assembly: 'ldp x4, x5, [x19, #40]' },
  { bytes: '00 00 40 f9', assembly: 'ldr x0, [x0]' }, //            … then their values
  { bytes: '21 00 40 f9', assembly: 'ldr x1, [x1]' },
  { bytes: '42 00 40 f9', assembly: 'ldr x2, [x2]' },
  { bytes: '63 00 40 f9', assembly: 'ldr x3, [x3]' },
  { bytes: '84 00 40 f9', assembly: 'ldr x4, [x4]' },
  { bytes: 'a5 00 40 f9', assembly: 'ldr x5, [x5]' },
  { bytes: '01 00 00 d4', assembly: 'svc #0x0' },
  { bytes: '60 1e 00 f9', assembly: 'str x0, [x19, #56]' }, //      keep the result
  { bytes: '61 0a 44 a9', assembly: 'ldp x1, x2, [x19, #64]' },
  { bytes: '1f 00 01 eb', assembly: 'cmp x0, x1' }, //              large enough?
  { bytes: 'ca 00 00 54', assembly: 'b.ge 0x54' }, //               then the next
  { bytes: '1f 00 02 eb', assembly: 'cmp x0, x2' }, //              or the accepted error?
  { bytes: '80 00 00 54', assembly: 'b.eq 0x54' }, //               then the next
  { bytes: 'c8 0b 80 d2', assembly: 'mov x8, #0x5e' }, //           no: exit_group …
  { bytes: 'e0 0f 80 d2', assembly: 'mov x0, #0x7f' }, //           … with 127
  { bytes: '01 00 00 d4', assembly: 'svc #0x0' },
  { bytes: '73 42 01 91', assembly: 'add x19, x19, #0x50' }, //     0x54: on to the next record
  { bytes: 'eb ff ff 17', assembly: 'b 0x4' },
]

/** The program for a processor, instruction by instruction, as objdump(1) would list it. */
export const listing: Readonly<Record<Arch, readonly Instruction[]>> = { x64, arm64 }

/** The bytes to put into executable memory. */
export function machineCode(processor: Arch): Buffer {
  return bytesOf(listing[processor])
}

export function bytesOf(instructions: readonly Instruction[]): Buffer {
  return Buffer.from(
    instructions
      .map((i) => i.bytes)
      .join('')
      .replaceAll(' ', ''),
    'hex',
  )
}
