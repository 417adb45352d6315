// A filter as text, in the notation of the kernel's own assembler (tools/bpf/bpf_asm), with what each instruction means for
// people who ask about calls. Pure. Documentation/networking/filter.rst

import { argumentOffset, auditArch, code, dataOffset, type Instruction } from './bpf.ts'
import { type Abi, callName, x32Bit } from './call-numbers.ts'
import { verdictWords } from './seccomp-verdict.ts'

export interface Line {
  /** Its place in the program. */
  readonly at: number
  /** Does any jump lead here? Then its label is L and its place. */
  readonly isTarget: boolean
  /** `jge #165, L9, L12` */
  readonly text: string
  /** `mount` */
  readonly comment: string
}

/** What is known when an instruction is reached, whichever way led there. */
interface Known {
  /** The byte of the call's data that A was loaded from. */
  readonly offset?: number
  /** The kind of program, once it has been found out. */
  readonly processor?: number
}

/** The lines of a program; of all of it, or of some places. */
export function disassemble(program: readonly Instruction[], places?: readonly number[]): Line[] {
  const known = knowledge(program)
  const targets = new Set(
    program.flatMap((one, at) => (isTest(one) || one.code === code.jump ? nextOf(one, at) : [])),
  )
  return (places ?? [...program.keys()]).map((at) => ({
    at,
    isTarget: targets.has(at),
    text: textOf(program[at]!, at, known[at] ?? {}),
    comment: commentOf(program[at]!, known[at] ?? {}),
  }))
}

const isTest = ({ code: one }: Instruction) =>
  one === code.equal || one === code.greater || one === code.atLeast || one === code.anyBit

/** Where it may go on. */
export function nextOf(instruction: Instruction, at: number): number[] {
  if (instruction.code === code.give) return []
  if (instruction.code === code.jump) return [at + 1 + instruction.k]
  return isTest(instruction) ? [at + 1 + instruction.jt, at + 1 + instruction.jf] : [at + 1]
}

/** Jumps go forward, so one pass tells what is known at each place. */
function knowledge(program: readonly Instruction[]): (Known | undefined)[] {
  const known: (Known | undefined)[] = [{}]
  for (const [at, instruction] of program.entries()) {
    const here = known[at]
    if (here === undefined) continue
    for (const [way, next] of nextOf(instruction, at).entries()) {
      const there = after(instruction, here, way === 0)
      const before = known[next]
      known[next] = before === undefined ? there : common(before, there)
    }
  }
  return known
}

function after({ code: one, k }: Instruction, here: Known, isTrue: boolean): Known {
  if (one === code.load) return { ...here, offset: k }
  if (one === code.equal && isTrue && here.offset === dataOffset.processor) return { ...here, processor: k }
  return here
}

function common(a: Known, b: Known): Known {
  return {
    ...(a.offset === b.offset ? { offset: a.offset } : {}),
    ...(a.processor === b.processor ? { processor: a.processor } : {}),
  }
}

const hex = (value: number) => `#0x${value.toString(16)}`

function textOf(instruction: Instruction, at: number, { offset }: Known): string {
  const { code: one, k } = instruction
  const [yes, no] = nextOf(instruction, at)
  const value = offset === dataOffset.number && k < x32Bit ? `#${k}` : hex(k)
  switch (one) {
    case code.load:
      return `ld [${k}]`
    case code.and:
      return `and ${hex(k)}`
    case code.jump:
      return `ja L${yes}`
    case code.equal:
      return `jeq ${value}, L${yes}, L${no}`
    case code.greater:
      return `jgt ${value}, L${yes}, L${no}`
    case code.atLeast:
      return `jge ${value}, L${yes}, L${no}`
    case code.anyBit:
      return `jset ${value}, L${yes}, L${no}`
    case code.give:
      return `ret ${hex(k)}`
    default:
      return `.code 0x${one.toString(16)}, ${instruction.jt}, ${instruction.jf}, ${hex(k)}`
  }
}

function commentOf({ code: one, k }: Instruction, { offset, processor }: Known): string {
  if (one === code.give) return verdictWords(k)
  if (one === code.load) return dataWords(k)
  if (one === code.jump || one === code.and) return ''
  if (offset === dataOffset.processor) return processorWords(k)
  if (offset !== dataOffset.number) return ''
  if (k === x32Bit) return 'x32'
  const call = callWords(k, processor)
  return one === code.atLeast && call !== '' ? `from ${call} on` : call
}

function dataWords(offset: number): string {
  if (offset === dataOffset.number) return 'which call is it?'
  if (offset === dataOffset.processor) return 'what kind of program makes it?'
  if (offset < dataOffset.arguments) return 'where the call came from'
  const index = (offset - dataOffset.arguments) >> 3
  return `argument ${index}, ${offset === argumentOffset(index, 'low') ? 'low' : 'high'} half`
}

function processorWords(processor: number): string {
  const name = Object.entries(auditArch).find(([, value]) => value === processor)?.[0]
  return name === undefined ? '' : name === 'x86_64' ? 'x86-64, and x32' : name === 'aarch64' ? 'arm64' : name
}

const abiOf: Readonly<Record<number, Abi>> = {
  [auditArch.x86_64]: 'x86-64',
  [auditArch.i386]: 'i386',
  [auditArch.aarch64]: 'arm64',
  [auditArch.arm]: 'arm',
}

function callWords(number: number, processor: number | undefined): string {
  const abi = processor === undefined ? undefined : abiOf[processor]
  if (abi === undefined) return ''
  const isX32 = abi === 'x86-64' && number >= x32Bit
  const name = (one: number) => callName(isX32 ? 'x32' : abi, one)
  const of = isX32 ? ' of x32' : ''
  const known = name(number)
  if (known !== undefined) return known + of
  const before = name(number - 1)
  return before === undefined ? '' : `what came after ${before}${of}`
}
