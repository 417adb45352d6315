// Why may a container make a call, or not? The same rules that the compiler reads, turned into an answer. Pure: what is found
// here is put into words by cli/seccomp-words.ts.

import { auditArch, code, dataOffset, type Instruction } from './bpf.ts'
import { nextOf } from './bpf-disassemble.ts'
import { simulate } from './bpf-simulate.ts'
import { type Abi, callNumbers } from './call-numbers.ts'
import type { AbiRules } from './seccomp-compile.ts'
import { holds, type Profile, type ProfileRule, type Setting } from './seccomp-profile.ts'
import { passes } from './seccomp-verdict.ts'

/** The rules of a profile about one call. */
export interface RulesAbout {
  readonly holding: readonly ProfileRule[]
  /** Those that would hold if the container had further capabilities, and which these are. */
  readonly withMore: readonly { readonly rule: ProfileRule; readonly capabilities: readonly string[] }[]
  /** Those that hold only because a capability is missing. */
  readonly forLack: readonly { readonly rule: ProfileRule; readonly capabilities: readonly string[] }[]
}

export function rulesAbout(profile: Profile, name: string, setting: Setting): RulesAbout {
  const all = (profile.syscalls ?? []).filter(({ names }) => names.includes(name))
  const holding = all.filter((rule) => holds(rule, setting))
  const lacking = ({ includes }: ProfileRule) =>
    (includes?.caps ?? []).filter((one) => !setting.capabilities.includes(one))
  return {
    holding,
    withMore: all
      .filter((rule) => !holding.includes(rule) && lacking(rule).length > 0)
      .map((rule) => ({ rule, capabilities: lacking(rule) }))
      .filter(({ rule, capabilities }) =>
        holds(rule, { ...setting, capabilities: [...setting.capabilities, ...capabilities] }),
      ),
    forLack: holding
      .map((rule) => ({ rule, capabilities: rule.excludes?.caps ?? [] }))
      .filter(({ capabilities }) => capabilities.length > 0),
  }
}

export interface Way {
  /** The instructions that are run whatever the arguments are. */
  readonly always: readonly number[]
  /** Those that may be run besides, if arguments are looked at, in their order. */
  readonly byArguments: readonly number[]
}

/** The kernel's name for the kind of program that an ABI is. */
export const processorOf: Readonly<Record<Abi, number>> = {
  'x86-64': auditArch.x86_64,
  x32: auditArch.x86_64,
  i386: auditArch.i386,
  arm64: auditArch.aarch64,
  arm: auditArch.arm,
}

/** The way of a call through the filter. */
export function wayOf(program: readonly Instruction[], abi: Abi, number: number): Way {
  const { path } = simulate(program, { number, processor: processorOf[abi] })
  const first = path.findIndex((at) => looksAtArguments(program[at]!))
  if (first === -1) return { always: path, byArguments: [] }
  const reached = new Set<number>([path[first]!])
  for (const at of reached) for (const next of nextOf(program[at]!, at)) reached.add(next)
  return { always: path.slice(0, first), byArguments: [...reached].toSorted((a, b) => a - b) }
}

const looksAtArguments = ({ code: one, k }: Instruction) => one === code.load && k >= dataOffset.arguments

/** How many calls of a kind of program are always allowed, allowed by their arguments, or never. */
export interface Counts {
  readonly allowed: number
  readonly byArguments: number
  readonly all: number
}

export function countCalls({ abi, decisions }: AbiRules, otherwise: number): Counts {
  const numbers = new Set(callNumbers(abi).values())
  const found = [...numbers].map((number) => decisions.get(number) ?? otherwise)
  return {
    allowed: found.filter((one) => typeof one === 'number' && passes(one)).length,
    byArguments: found.filter((one) => typeof one !== 'number').length,
    all: numbers.size,
  }
}
