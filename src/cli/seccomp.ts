// gocker seccomp explain: which calls a container may make, and why. The filter is compiled as for a container and shown;
// nothing is run, and it needs neither root nor Linux.

import { Command } from 'commander'
import { UserError } from '../container/user-error.ts'
import { mostInstructions } from '../security/bpf.ts'
import { simulate } from '../security/bpf-simulate.ts'
import { type Abi, callName, callNumbers, isKnownCall, nativeAbi, x32Bit } from '../security/call-numbers.ts'
import { capabilitySet, defaultCapabilities } from '../security/capabilities.ts'
import { multiplexed } from '../security/multiplexed-calls.ts'
import { compile, rulesByAbi } from '../security/seccomp-compile.ts'
import { defaultProfile } from '../security/seccomp-default.ts'
import { countCalls, processorOf, rulesAbout, wayOf } from '../security/seccomp-explain.ts'
import { type Profile, profileRules, type Setting } from '../security/seccomp-profile.ts'
import { passes, verdictOf, verdicts, verdictWords } from '../security/seccomp-verdict.ts'
import { arch } from '../syscall/numbers.ts'
import { coloured } from './print.ts'
import { readProfile } from './seccomp-file.ts'
import { type Paint, painter, showProgram } from './seccomp-listing.ts'
import {
  alternativeWords,
  bitmapWords,
  capabilityFlags,
  capabilityWords,
  countWords,
  decisionWords,
  multiplexedWords,
  unaskedWords,
  wayWords,
  whyWords,
} from './seccomp-words.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function command(): Command {
  const seccomp = new Command('seccomp')
    .description('See which system calls containers may make')
    .usage('COMMAND')
  seccomp
    .command('explain')
    .description('Show what the filter says of system calls, and the filter itself')
    .usage('[OPTIONS] [CALL...]')
    .argument('[CALL...]')
    .option('--profile <file>', 'A profile in JSON instead of the built-in one')
    .option('--cap-add <list>', 'As for a container with these capabilities', several)
    .option('--cap-drop <list>', 'As for a container without these capabilities', several)
    .action(explain)
  return seccomp
}

interface Flags {
  readonly profile?: string
  readonly capAdd?: readonly string[]
  readonly capDrop?: readonly string[]
}

/** Everything that the answers are about. */
export interface Subject {
  readonly profile: Profile
  /** What the profile is called. */
  readonly title: string
  readonly setting: Setting
}

async function explain(calls: readonly string[], { profile, capAdd, capDrop }: Flags): Promise<void> {
  const subject: Subject = {
    profile: profile === undefined ? defaultProfile : readProfile(profile),
    title: profile === undefined ? 'the built-in profile' : `the profile ${profile}`,
    setting: { capabilities: capabilitySet({ add: capAdd, drop: capDrop }).names, processor: arch },
  }
  const names = calls.map((text) =>
    /^\d+$/.test(text) ? (callName(nativeAbi(arch), Number(text)) ?? text) : text,
  )
  const unknown = names.filter((name) => !isKnownCall(name))
  if (unknown.length > 0)
    throw new UserError(
      `There is no system call ${unknown.join(', ')}.\nNames are as in section 2 of the manual; syscalls(2) lists them.`,
    )
  const paint = await painter()
  if (names.length === 0) return explainAll(subject, paint)
  for (const [i, name] of names.entries()) {
    if (i > 0) coloured('')
    explainCall(subject, name, paint)
  }
}

function explainCall({ profile, title, setting }: Subject, name: string, paint: Paint): void {
  const { bold, dim, good, bad } = paint
  const rules = profileRules(profile, setting)
  const here = rulesByAbi(rules, arch).filter(({ abi }) => callNumbers(abi).has(name))
  const [main] = here
  coloured(
    bold(name) +
      dim(`   ${here.map(({ abi }) => numberWords(abi, name)).join(', ') || 'a call of other processors'}`),
  )
  if (main === undefined) return
  const program = compile(rules, arch)
  const number = callNumbers(main.abi).get(name)!
  const { always, byArguments } = wayOf(program, main.abi, number)
  const decision = byArguments.length > 0 ? main.decisions.get(number)! : program[always.at(-1)!]!.k
  const about = rulesAbout(profile, name, setting)
  if (typeof decision === 'number')
    coloured(`  ${(passes(decision) ? good : bad)(decisionWords(name, decision))}`)
  else {
    coloured(`  ${bold(decisionWords(name, decision))}`)
    for (const { verdict, conditions } of decision)
      coloured(
        `    ${(passes(verdict) ? good : bad)(verdictWords(verdict))}   ${alternativeWords(name, conditions)}`,
      )
    const otherwise = verdictOf(rules.defaultAction, rules.defaultErrnoRet)
    coloured(`    ${(passes(otherwise) ? good : bad)(verdictWords(otherwise))}   in all other cases`)
  }
  coloured(`  ${whyWords(about, decision, title)}`)
  for (const { rule, capabilities } of about.withMore)
    coloured(`  ${capabilityWords(name, rule, capabilities)}${dim(`   ${capabilityFlags(capabilities)}`)}`)
  if (main.abi === 'x86-64' && unaskedWords[name]) coloured(`  ${unaskedWords[name]}`)
  const inside = here.some(({ abi }) => abi === 'i386') ? multiplexed(name) : undefined
  if (inside) {
    const { verdict } = simulate(program, {
      processor: processorOf.i386,
      number: callNumbers('i386').get(inside.call)!,
      args: [inside.condition.value],
    })
    coloured(`  ${multiplexedWords(inside.call, verdict)}`)
  }
  coloured('')
  coloured(dim(`  ${wayWords(always.length, byArguments.length, program.length)}`))
  showProgram(program, paint, [...always, ...byArguments], byArguments.length > 0 ? always.length : undefined)
  if (decision === verdicts.allow) coloured(dim(`  ${bitmapWords}`))
}

function numberWords(abi: Abi, name: string): string {
  const number = callNumbers(abi).get(name)!
  return `${abi === 'x32' ? number - x32Bit : number} on ${abi}`
}

function explainAll({ profile, title, setting }: Subject, paint: Paint): void {
  const { bold, dim } = paint
  const rules = profileRules(profile, setting)
  const otherwise = verdictOf(rules.defaultAction, rules.defaultErrnoRet)
  const program = compile(rules, arch)
  const { capabilities } = setting
  const isUsual = String(capabilities.toSorted()) === String(defaultCapabilities.toSorted())
  coloured(
    bold(`The filter of ${title}`) +
      dim(` for a container with ${isUsual ? 'the usual ' : ''}${capabilities.length} capabilities`),
  )
  coloured(`  ${program.length} instructions, of ${mostInstructions} that the kernel takes`)
  for (const one of rulesByAbi(rules, arch)) coloured(`  ${countWords(one.abi, countCalls(one, otherwise))}`)
  coloured(`  for all others: ${verdictWords(otherwise)}`)
  coloured('')
  showProgram(program, paint)
}
