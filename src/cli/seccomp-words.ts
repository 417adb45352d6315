// The sentences of `gocker seccomp explain`.

import type { Decision } from '../security/seccomp-compile.ts'
import type { Counts, RulesAbout } from '../security/seccomp-explain.ts'
import { type Condition, operators, type ProfileRule } from '../security/seccomp-profile.ts'
import { passes, verdictOf, verdicts, verdictWords } from '../security/seccomp-verdict.ts'
import { flagNames } from '../syscall/flags.ts'

/** What becomes of the call. */
export function decisionWords(name: string, decision: Decision): string {
  if (typeof decision !== 'number') return `${name} depends on its arguments:`
  return passes(decision)
    ? `${name} is allowed.`
    : `${name} is refused: ${verdictWords(decision).replace(/^refuse with /, '')}.`
}

/** Arguments that profiles look at, by their names in the manual. */
const argumentNames: Readonly<Record<string, readonly string[]>> = {
  clone: ['flags'],
  unshare: ['flags'],
  socket: ['domain', 'type', 'protocol'],
  personality: ['persona'],
  ioctl: ['fd', 'request'],
  prctl: ['option'],
  fcntl: ['fd', 'cmd'],
}

/** Values that mean something. sys/socket.h, linux/personality.h */
const valueNames: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  socket: {
    1: 'AF_UNIX',
    2: 'AF_INET',
    10: 'AF_INET6',
    16: 'AF_NETLINK',
    17: 'AF_PACKET',
    38: 'AF_ALG',
    39: 'AF_NFC',
    40: 'AF_VSOCK',
  },
  personality: {
    0: 'PER_LINUX',
    8: 'PER_LINUX32',
    131072: 'UNAME26',
    131080: 'PER_LINUX32 with UNAME26',
    4294967295: 'only to ask for it',
  },
}

/** Under which conditions. */
export function alternativeWords(name: string, conditions: readonly Condition[]): string {
  return conditions.length === 0
    ? 'always'
    : `if ${conditions.map((one) => conditionWords(name, one)).join(' and ')}`
}

function conditionWords(name: string, { index, op, value, valueTwo = 0 }: Condition): string {
  const what = argumentNames[name]?.[index] ?? `argument ${index}`
  if (op === 'SCMP_CMP_MASKED_EQ') {
    if (name === 'clone' && valueTwo === 0)
      return `none of ${flagNames('CLONE_NEW', Number(value)).replaceAll('|', ', ')} is in ${what}`
    return `${what} & ${hex(value)} is ${hex(valueTwo)}`
  }
  const meaning = valueNames[name]?.[Number(value)]
  return `${what} ${operators[op]} ${shown(value)}${meaning === undefined ? '' : ` (${meaning})`}`
}

const hex = (value: number | bigint) => `0x${value.toString(16)}`
const shown = (value: number | bigint) => (value < 1024 ? String(value) : hex(value))

/** Which rule says so. */
export function whyWords({ holding, forLack }: RulesAbout, decision: Decision, title: string): string {
  if (holding.length === 0 && decision === verdicts.noSuchCall)
    return `It is newer than all that ${title} names: programs shall take it for missing, and use what was there before.`
  if (holding.length === 0) return `No rule of ${title} is about it, so its default holds.`
  const [lack] = forLack
  const rule = holding.find(({ args = [] }) => args.length === 0) ?? holding[0]!
  const given = (rule.includes?.caps ?? []).join(' and ')
  const reason = lack
    ? `, because the container does not have ${lack.capabilities.join(' or ')}`
    : given
      ? `, because the container has ${given}`
      : ''
  const count = holding.length === 1 || typeof decision === 'number' ? 'A rule' : `${holding.length} rules`
  return `${count} of ${title} say${count === 'A rule' ? 's' : ''} so${reason}.`
}

/** What further capabilities would change. */
export function capabilityWords(name: string, rule: ProfileRule, capabilities: readonly string[]): string {
  const verdict = verdictOf(rule.action, rule.errnoRet)
  const what = passes(verdict) ? 'allowed' : verdictWords(verdict)
  const how = (rule.args ?? []).length > 0 ? ` ${alternativeWords(name, rule.args!)}` : ''
  return `With ${capabilities.join(' and ')} it is ${what}${how}.`
}

/** What the kernel decides by itself: its own code makes these calls, and refuses them to everyone else. kernel/seccomp.c */
export const unaskedWords: Readonly<Record<string, string>> = {
  uretprobe:
    'Since Linux 6.14 the kernel asks no filter about it on x86-64: only code of its own can make it.',
  uprobe: 'Since Linux 6.18 the kernel asks no filter about it on x86-64: only code of its own can make it.',
}

/** The flags of `run` that give them. */
export function capabilityFlags(capabilities: readonly string[]): string {
  return capabilities.map((one) => `--cap-add ${one.slice('CAP_'.length)}`).join(' ')
}

/** What the filter says when a 32-bit program makes the call through another one. */
export function multiplexedWords(call: string, verdict: number): string {
  const what = passes(verdict) ? 'and that is allowed, whatever its arguments are' : `and there it is refused`
  return `Programs of i386 can also make it through ${call}, ${what}.`
}

export function wayWords(always: number, byArguments: number, all: number): string {
  const more = byArguments === 0 ? '' : `, and then, as its arguments are, some of ${byArguments}`
  return `Its way through the filter: ${always} of ${all} instructions${more}`
}

/** kernel/seccomp.c, seccomp_cache_prepare; Linux 5.11 */
export const bitmapWords =
  'Its number alone decides. So the kernel notes it in a bitmap when the filter is set, and does not run the filter for it.'

export function countWords(abi: string, { allowed, byArguments, all }: Counts): string {
  const refused = all - allowed - byArguments
  return `${abi.padEnd(7)}${all} calls: ${allowed} allowed, ${byArguments} allowed by their arguments, ${refused} not`
}
