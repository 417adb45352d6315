// Classic BPF, as far as a filter for system calls may use it: eight kinds of instructions on one register, A, of 32 bits.
// What a filter sees is struct seccomp_data: the number, the processor, where the call came from, six arguments.
// Jumps go forward only, so every program ends. linux/filter.h, linux/bpf_common.h, seccomp(2)

/** One instruction: struct sock_filter. A jump skips `jt` instructions if its test is true, and `jf` if not. */
export interface Instruction {
  readonly code: number
  readonly jt: number
  readonly jf: number
  readonly k: number
}

/** The codes that are used here, out of the classes LD, ALU, JMP and RET. */
export const code = {
  /** A = the word at byte k of what the filter sees */
  load: 0x20,
  /** A &= k */
  and: 0x54,
  /** skip k instructions */
  jump: 0x05,
  /** if A == k */
  equal: 0x15,
  /** if A > k, without a sign */
  greater: 0x25,
  /** if A >= k */
  atLeast: 0x35,
  /** if A & k */
  anyBit: 0x45,
  /** the end: k is the verdict */
  give: 0x06,
} as const

/** Where the filter finds what, in bytes: struct seccomp_data. */
export const dataOffset = { number: 0, processor: 4, instructionPointer: 8, arguments: 16 } as const

/** The place of half an argument: both processors have the low half first. */
export function argumentOffset(index: number, half: 'low' | 'high'): number {
  return dataOffset.arguments + 8 * index + (half === 'high' ? 4 : 0)
}

/** How the kernel names the kind of program that makes a call. linux/audit.h */
export const auditArch = {
  x86_64: 0xc000003e,
  i386: 0x40000003,
  aarch64: 0xc00000b7,
  arm: 0x40000028,
} as const

/** What the kernel takes at most. linux/bpf_common.h, BPF_MAXINSNS */
export const mostInstructions = 4096

/** Jumps under a condition have one byte for the distance. */
const farthest = 255

/** A place in a program that is being put together, counted from its end. */
export type Place = number

/**
 * Puts a program together from its end: every jump goes forward, so its target is always there already. A target that is
 * too far away for a jump under a condition gets a stepping stone on the way.
 */
export function assembler() {
  const made: Instruction[] = []
  const verdicts = new Map<number, Place>()
  const put = (code: number, k: number, jt = 0, jf = 0): Place => made.push({ code, jt, jf, k }) - 1
  /** What the next instruction has to skip to go on at `place`. */
  const distance = (place: Place): number => made.length - 1 - place

  const jumpTo = (place: Place): Place => {
    const target = made[place]!
    return target.code === code.give ? put(code.give, target.k) : put(code.jump, distance(place))
  }
  /** The same place, or one nearby that leads there. @param spare instructions that may still come between */
  const near = (place: Place, spare: number): Place =>
    distance(place) + spare <= farthest ? place : jumpTo(place)
  const next = (place: Place): void => {
    if (distance(place) !== 0) jumpTo(place)
  }

  return {
    /** The end with this verdict. */
    give: (verdict: number): Place => {
      const known = verdicts.get(verdict)
      if (known !== undefined && distance(known) < farthest) return known
      const place = put(code.give, verdict)
      verdicts.set(verdict, place)
      return place
    },
    /** A test on A: on to `yes` or to `no`. */
    branch: (test: number, k: number, yes: Place, no: Place): Place => {
      const whenTrue = near(yes, 1)
      const whenFalse = near(no, 0)
      return put(test, k, distance(whenTrue), distance(whenFalse))
    },
    /** A = the word at that byte, and on. */
    load: (offset: number, then: Place): Place => {
      next(then)
      return put(code.load, offset)
    },
    /** A &= mask, and on. */
    and: (mask: number, then: Place): Place => {
      next(then)
      return put(code.and, mask)
    },
    /** The whole, in the order in which it runs; `start` must have been put last. */
    program: (): Instruction[] => made.toReversed(),
  }
}

export type Assembler = ReturnType<typeof assembler>

/** The program as the kernel reads it: an array of struct sock_filter, eight bytes each. */
export function programBytes(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8)
  const words = new DataView(bytes.buffer)
  for (const [i, { code, jt, jf, k }] of program.entries()) {
    words.setUint16(i * 8, code, true)
    words.setUint8(i * 8 + 2, jt)
    words.setUint8(i * 8 + 3, jf)
    words.setUint32(i * 8 + 4, k, true)
  }
  return bytes
}

/** The instructions in such bytes: what another compiler has made, or what was kept. */
export function programOf(bytes: Uint8Array): Instruction[] {
  if (bytes.length % 8 !== 0)
    throw new Error(`${bytes.length} bytes are no BPF program: each instruction has 8`)
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / 8 }, (_, i) => ({
    code: words.getUint16(i * 8, true),
    jt: words.getUint8(i * 8 + 2),
    jf: words.getUint8(i * 8 + 3),
    k: words.getUint32(i * 8 + 4, true),
  }))
}
