// A small machine that runs a filter as the kernel would: what it says of a call is known without making the call. Pure.
// seccomp(2), kernel/bpf/core.c

import { argumentOffset, code, dataOffset, type Instruction } from './bpf.ts'

/** A call, as a filter sees it. */
export interface SeenCall {
  /** 32 bits; negative ones are taken as the kernel passes them. */
  readonly number: number
  /** Of `auditArch`. */
  readonly processor: number
  readonly args?: readonly (number | bigint)[]
}

export interface Run {
  readonly verdict: number
  /** The instructions that were executed, by their place. */
  readonly path: readonly number[]
}

/**
 * Run the filter on a call.
 * @throws Error for a program that the kernel would not have taken: it runs out of its end, or uses other instructions
 */
export function simulate(program: readonly Instruction[], call: SeenCall): Run {
  const path: number[] = []
  let a = 0
  for (let at = 0; ; at++) {
    const instruction = program[at]
    if (instruction === undefined) throw new Error(`the filter runs out of its end at ${at}`)
    path.push(at)
    const { k, jt, jf } = instruction
    switch (instruction.code) {
      case code.load:
        a = wordAt(call, k)
        break
      case code.and:
        a = (a & k) >>> 0
        break
      case code.jump:
        at += k
        break
      case code.equal:
        at += a === k ? jt : jf
        break
      case code.greater:
        at += a > k ? jt : jf
        break
      case code.atLeast:
        at += a >= k ? jt : jf
        break
      case code.anyBit:
        at += (a & k) !== 0 ? jt : jf
        break
      case code.give:
        return { verdict: k, path }
      default:
        throw new Error(`an instruction that no filter has: 0x${instruction.code.toString(16)} at ${at}`)
    }
  }
}

function wordAt({ number, processor, args = [] }: SeenCall, offset: number): number {
  if (offset === dataOffset.number) return number >>> 0
  if (offset === dataOffset.processor) return processor >>> 0
  if (offset < argumentOffset(0, 'low')) return 0
  const index = (offset - dataOffset.arguments) >> 3
  const value = BigInt.asUintN(64, BigInt(args[index] ?? 0))
  return Number(offset === argumentOffset(index, 'low') ? value & 0xffffffffn : value >> 32n)
}
