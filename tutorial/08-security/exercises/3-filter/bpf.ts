// Classic BPF, as far as seccomp has it: a few instructions, a small machine to try them on, and the bytes for the kernel.
// Nothing here has to be edited. linux/filter.h, linux/seccomp.h, seccomp(2)

/** One instruction. `jt` and `jf` say how many instructions a jump skips: if it is so, and if it is not. */
export interface Instruction {
  readonly code: number
  readonly jt: number
  readonly jf: number
  readonly k: number
}

/** Load 32 bits of the call into the one register. `what` is one of `place`. */
export const load = (what: number): Instruction => ({ code: 0x20, jt: 0, jf: 0, k: what })

/** Where a filter finds what: struct seccomp_data. An argument has 64 bits, its lower half comes first. */
export const place = { number: 0, arch: 4, argument: (n: number) => 16 + 8 * n } as const

/** Is the register equal to `k`? Skip `yes` instructions if it is, `no` if it is not. */
export const ifEqual = (k: number, yes: number, no: number): Instruction => jump(0x15, k, yes, no)

/** Is the register `k` or more? */
export const ifAtLeast = (k: number, yes: number, no: number): Instruction => jump(0x35, k, yes, no)

/** Has the register any of the bits in `k`? */
export const ifAnyBit = (k: number, yes: number, no: number): Instruction => jump(0x45, k, yes, no)

const jump = (code: number, k: number, jt: number, jf: number): Instruction => ({ code, jt, jf, k })

/** The end: what shall become of the call. One of the three below. */
export const answer = (k: number): Instruction => ({ code: 0x06, jt: 0, jf: 0, k })

/** Make the call. */
export const ALLOW = 0x7fff0000
/** Do not make it: it fails with this errno. */
export const refuse = (errno: number): number => 0x00050000 | errno
/** End the process with SIGSYS. */
export const KILL = 0x80000000

export const EPERM = 1
export const ENOSYS = 38

/** A call, as the kernel shows it to a filter. */
export interface Call {
  readonly number: number
  readonly arch: number
  readonly args?: readonly bigint[]
}

/**
 * What a filter says to a call: `allowed`, `killed`, or `refused with EPERM`.
 * @throws Error if the filter is one that the kernel would not take
 */
export function run(filter: readonly Instruction[], call: Call): string {
  check(filter)
  const data = new DataView(new ArrayBuffer(64))
  data.setUint32(place.number, call.number, true)
  data.setUint32(place.arch, call.arch, true)
  for (const [n, arg] of (call.args ?? []).entries()) data.setBigUint64(place.argument(n), arg, true)
  let register = 0
  for (let at = 0; ; at++) {
    const { code, jt, jf, k } = filter[at]!
    if (code === 0x06) return meaning(k)
    if (code === 0x20) register = data.getUint32(k, true)
    if (code === 0x15) at += register === k >>> 0 ? jt : jf
    if (code === 0x35) at += register >= k >>> 0 ? jt : jf
    if (code === 0x45) at += (register & k) !== 0 ? jt : jf
  }
}

function meaning(k: number): string {
  if (k >>> 0 === ALLOW) return 'allowed'
  if (k >>> 0 === KILL) return 'killed'
  const errno = k & 0xffff
  return `refused with ${{ [EPERM]: 'EPERM', [ENOSYS]: 'ENOSYS' }[errno] ?? `errno ${errno}`}`
}

/** Jumps lead forward and stay inside, and the last instruction is an answer: so a filter always comes to an end. */
function check(filter: readonly Instruction[]): void {
  if (!Array.isArray(filter) || filter.length === 0) throw new Error('The filter has no instructions')
  for (const [at, instruction] of filter.entries()) {
    if (typeof instruction?.code !== 'number')
      throw new Error(`Instruction ${at} is none: use load, ifEqual, answer`)
    const { code, jt, jf, k } = instruction
    if (code === 0x20 && (k % 4 !== 0 || k > 60))
      throw new Error(`Instruction ${at} loads from ${k}, where there is nothing of the call`)
    if (
      isJump(code) &&
      [jt, jf].some((skipped) => !Number.isInteger(skipped) || skipped < 0 || skipped > 255)
    )
      throw new Error(`Instruction ${at} skips ${jt} or ${jf}: a jump leads forward, over 255 at most`)
    const furthest = at + 1 + Math.max(jt, jf)
    if (isJump(code) && furthest >= filter.length)
      throw new Error(`Instruction ${at} jumps to ${furthest}, but the last one is ${filter.length - 1}`)
  }
  if (filter.at(-1)!.code !== 0x06) throw new Error('The last instruction has to be an answer')
}

const isJump = (code: number) => [0x15, 0x35, 0x45].includes(code)

/** The filter as the kernel reads it: 8 bytes for each instruction. */
export function bytesOf(filter: readonly Instruction[]): Uint8Array {
  const data = new DataView(new ArrayBuffer(8 * filter.length))
  for (const [i, { code, jt, jf, k }] of filter.entries()) {
    data.setUint16(8 * i, code, true)
    data.setUint8(8 * i + 2, jt)
    data.setUint8(8 * i + 3, jf)
    data.setUint32(8 * i + 4, k, true)
  }
  return new Uint8Array(data.buffer)
}
