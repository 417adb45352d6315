// From rules to a filter: `linux.seccomp` of the runtime specification becomes a program in classic BPF. Pure.
//
// The program first asks which kind of program makes the call, for the same number means another call to each kind. Then
// it finds the number by halves: numbers that lie side by side and get the same answer are one range, so that some 350
// allowed calls come to a few dozen ranges. Only calls whose arguments matter are looked into further. For all others the
// answer depends on the number alone; the kernel sees that when the filter is installed, notes the allowed ones in a bitmap
// and does not run the filter for them any more. kernel/seccomp.c, seccomp_is_const_allow
//
// Where rules contradict each other it is as with libseccomp and runc: a rule without arguments outdoes those with some, and the
// first of its kind the later ones.

import type { Arch } from '../syscall/numbers.ts'
import {
  type Assembler,
  assembler,
  auditArch,
  code,
  dataOffset,
  type Instruction,
  mostInstructions,
  type Place,
} from './bpf.ts'
import { type Abi, callNumbers, nativeAbi, x32Bit } from './call-numbers.ts'
import { multiplexed } from './multiplexed-calls.ts'
import { isWide, meaningful, testSteps } from './seccomp-arguments.ts'
import type { Action, Condition, LinuxSeccomp, Rule } from './seccomp-profile.ts'
import { verdictOf, verdicts } from './seccomp-verdict.ts'

/** What becomes of a call: always the same, or what the first alternative says whose conditions all hold. */
export type Decision = number | readonly Alternative[]

export interface Alternative {
  readonly conditions: readonly Condition[]
  readonly verdict: number
}

/** The calls of one kind of program, by number; all others get the default, or ENOSYS above `newest`. */
export interface AbiRules {
  readonly abi: Abi
  readonly decisions: ReadonlyMap<number, Decision>
  /** The highest number that any rule is about: what is above it did not exist when the rules were written. */
  readonly newest: number
}

const ociNames: Readonly<Record<string, Abi>> = {
  SCMP_ARCH_X86_64: 'x86-64',
  SCMP_ARCH_X86: 'i386',
  SCMP_ARCH_X32: 'x32',
  SCMP_ARCH_AARCH64: 'arm64',
  SCMP_ARCH_ARM: 'arm',
}

/** What each processor can run. */
const abisOf: Readonly<Record<Arch, readonly Abi[]>> = {
  x64: ['x86-64', 'x32', 'i386'],
  arm64: ['arm64', 'arm'],
}

/** Kinds of programs that the kernel names alike: x32 is told by a bit in the number. */
const sections: Readonly<Record<Arch, readonly { readonly audit: number; readonly abis: readonly Abi[] }[]>> =
  {
    x64: [
      { audit: auditArch.x86_64, abis: ['x86-64', 'x32'] },
      { audit: auditArch.i386, abis: ['i386'] },
    ],
    arm64: [
      { audit: auditArch.aarch64, abis: ['arm64'] },
      { audit: auditArch.arm, abis: ['arm'] },
    ],
  }

export interface CompileOptions {
  /**
   * Calls newer than all that the rules name "do not exist" (ENOSYS), instead of being forbidden: programs that try the
   * newest call first then take the older one. As runc does; not when the default action lets calls pass.
   */
  readonly hidesNewer?: boolean
}

/**
 * The filter for these rules.
 * @throws Error if it is longer than the kernel takes
 */
export function compile(
  seccomp: LinuxSeccomp,
  processor: Arch,
  { hidesNewer = true }: CompileOptions = {},
): Instruction[] {
  const put = assembler()
  const rules = rulesByAbi(seccomp, processor)
  const otherwise = verdictOf(seccomp.defaultAction, seccomp.defaultErrnoRet)
  const hides = hidesNewer && refuses(seccomp.defaultAction) && otherwise !== verdicts.noSuchCall
  let elsewhere = put.give(verdicts.killThread)
  for (const { audit, abis } of sections[processor].toReversed()) {
    const here = rules.filter(({ abi }) => abis.includes(abi))
    if (here.length === 0) continue
    const search = searchAll(put, here, otherwise, hides)
    elsewhere = put.branch(code.equal, audit, put.load(dataOffset.number, search), elsewhere)
  }
  put.load(dataOffset.processor, elsewhere)
  const program = put.program()
  if (program.length > mostInstructions)
    throw new Error(
      `The seccomp profile makes a filter of ${program.length} instructions, and the kernel takes ${mostInstructions} at most.\n` +
        'Rules with arguments make it long: say the same with fewer of them.',
    )
  return program
}

const refuses = (action: Action) => !['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE'].includes(action)

/** The rules, call by call, for each kind of program that they are for. The processor's own is always among them. */
export function rulesByAbi(seccomp: LinuxSeccomp, processor: Arch): AbiRules[] {
  const named = (seccomp.architectures ?? []).map((name) => ociNames[name])
  const abis = abisOf[processor].filter((abi) => abi === nativeAbi(processor) || named.includes(abi))
  return abis.map((abi) => abiRules(abi, seccomp))
}

function abiRules(abi: Abi, { defaultAction, defaultErrnoRet, syscalls = [] }: LinuxSeccomp): AbiRules {
  const numbers = callNumbers(abi)
  const otherwise = verdictOf(defaultAction, defaultErrnoRet)
  const decisions = new Map<number, Decision>()
  let newest = 0
  const note = (number: number, alternative: Alternative) => {
    const known = decisions.get(number)
    if (typeof known === 'number') return
    if (alternative.conditions.length === 0) decisions.set(number, alternative.verdict)
    else decisions.set(number, [...(known ?? []), alternative])
  }
  for (const rule of syscalls) {
    const verdict = verdictOf(rule.action, rule.errnoRet)
    for (const name of rule.names) {
      const number = numbers.get(name)
      if (number !== undefined) newest = Math.max(newest, number)
      // a rule that says what holds anyway is none
      if (verdict === otherwise) continue
      for (const conditions of separated(rule)) {
        if (number !== undefined) note(number, { conditions: meaningful(conditions, abi), verdict })
        const inside = abi === 'i386' ? multiplexed(name) : undefined
        if (inside) {
          const others = conditions.filter(({ index }) => index !== 0)
          note(numbers.get(inside.call)!, { conditions: [inside.condition, ...others], verdict })
        }
      }
    }
  }
  return { abi, decisions, newest }
}

/** Two conditions on one argument are two rules, either of which is enough: what runc has made of them from the start. */
function separated({ args = [] }: Rule): readonly (readonly Condition[])[] {
  const indexes = new Set(args.map(({ index }) => index))
  return indexes.size === args.length ? [args] : args.map((one) => [one])
}

/** Numbers from `first` on, up to the next range. */
interface Range {
  readonly first: number
  readonly decision: Decision
  readonly abi: Abi
}

/** The number is in A. On x86-64 a bit in it says that the call is x32's. */
function searchAll(put: Assembler, here: readonly AbiRules[], otherwise: number, hidesNewer: boolean): Place {
  const search = (rules: AbiRules) => searchSteps(put, rangesOf(rules, otherwise, hidesNewer), otherwise)
  const [own, x32] = here
  if (own!.abi !== 'x86-64') return search(own!)
  const upper = x32
    ? search(x32)
    : // a tracer makes a call into number -1 to have it skipped: seccomp(2)
      put.branch(code.equal, 0xffffffff, put.give(otherwise), put.give(verdicts.killThread))
  return put.branch(code.atLeast, x32Bit, upper, search(own!))
}

/** Every number of this kind of program, in ranges whose calls get the same answer. */
function rangesOf({ abi, decisions, newest }: AbiRules, otherwise: number, hidesNewer: boolean): Range[] {
  const ranges: Range[] = []
  const add = (first: number, decision: Decision) => {
    if (ranges.at(-1)?.first === first) ranges.pop()
    if (ranges.at(-1)?.decision !== decision) ranges.push({ first, decision, abi })
  }
  let next = abi === 'x32' ? x32Bit : 0
  for (const [number, decision] of [...decisions].toSorted(([a], [b]) => a - b)) {
    if (number > next) add(next, otherwise)
    add(number, decision)
    next = number + 1
  }
  add(next, otherwise)
  if (hidesNewer) add(newest + 1, verdicts.noSuchCall)
  return ranges
}

/** The number is in A: find its range by halves. */
function searchSteps(put: Assembler, ranges: readonly Range[], otherwise: number): Place {
  if (ranges.length === 1) return decisionSteps(put, ranges[0]!, otherwise)
  const middle = ranges.length >> 1
  const upper = searchSteps(put, ranges.slice(middle), otherwise)
  const lower = searchSteps(put, ranges.slice(0, middle), otherwise)
  return put.branch(code.atLeast, ranges[middle]!.first, upper, lower)
}

function decisionSteps(put: Assembler, { decision, abi }: Range, otherwise: number): Place {
  if (typeof decision === 'number') return put.give(decision)
  return decision.toReversed().reduce((otherwise, { conditions, verdict }) => {
    const no = otherwise
    return conditions.reduceRight((yes, one) => testSteps(put, one, isWide(abi), yes, no), put.give(verdict))
  }, put.give(otherwise))
}
