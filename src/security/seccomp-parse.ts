// A profile out of its JSON: everything in it is looked at, so that what is wrong is said by its place, and nothing that the
// kernel would read in another way gets through. Pure.

import { isKnownCall } from './call-numbers.ts'
import { exactJson } from './exact-json.ts'
import { isKnownFlag } from './seccomp.ts'
import {
  type Action,
  actions,
  type Circumstances,
  type Condition,
  type Operator,
  operators,
  type Profile,
  type ProfileRule,
} from './seccomp-profile.ts'
import { hasData } from './seccomp-verdict.ts'

/** Names in the OCI runtime specification; what another processor runs may be named, too. config-linux.md */
const architectures = words(`X86 X86_64 X32 ARM AARCH64 LOONGARCH64 M68K MIPS MIPS64 MIPS64N32 MIPSEL MIPSEL64
  MIPSEL64N32 PARISC PARISC64 PPC PPC64 PPC64LE RISCV64 S390 S390X SH SHEB`).map(
  (name) => `SCMP_ARCH_${name}`,
)

/** The kernel knows no larger error. linux/err.h, MAX_ERRNO */
const largestErrno = 4095

/**
 * Read a profile.
 * @returns what it says, and what a person should know of it
 * @throws Error for a text that is no profile; the message begins with the place of what is wrong
 */
export function parseProfile(text: string): { profile: Profile; warnings: string[] } {
  const profile = profileOf(jsonOf(text))
  const names = new Set((profile.syscalls ?? []).flatMap((rule) => rule.names))
  const unknown = [...names].filter((name) => !isKnownCall(name))
  const warnings =
    unknown.length === 0
      ? []
      : [
          `there is no system call ${unknown.join(', ')}: the rules about ${unknown.length === 1 ? 'it' : 'them'} are left out`,
        ]
  return { profile, warnings }
}

function jsonOf(text: string): unknown {
  try {
    return exactJson(text)
  } catch (error) {
    throw new Error(`it is not JSON: ${(error as Error).message}`)
  }
}

function profileOf(json: unknown): Profile {
  const at = 'the profile'
  const { defaultAction, defaultErrnoRet, architectures: named, archMap, flags, syscalls } = object(json, at)
  if (defaultAction === undefined || defaultAction === '')
    throw new Error('defaultAction is missing. For no filter at all, say seccomp=unconfined.')
  if (isFilled(named) && isFilled(archMap))
    throw new Error("both 'architectures' and 'archMap' are there: use one of them")
  const action = actionAt(defaultAction, 'defaultAction')
  return {
    defaultAction: action,
    ...optional('defaultErrnoRet', defaultErrnoRet, (value) => errnoAt(value, action, 'defaultErrnoRet')),
    ...optional('architectures', named, (value) => list(value, 'architectures', architectureAt)),
    ...optional('archMap', archMap, (value) => list(value, 'archMap', mapAt)),
    ...optional('flags', flags, (value) => list(value, 'flags', flagAt)),
    syscalls: list(syscalls ?? [], 'syscalls', ruleAt),
  }
}

function ruleAt(json: unknown, at: string): ProfileRule {
  const { name, names, action, errnoRet, args, includes, excludes } = object(json, at)
  if (name !== undefined && name !== '' && isFilled(names))
    throw new Error(`${at}: both 'name' and 'names' are there: use one of them`)
  const known = actionAt(action, `${at}.action`)
  return {
    names: isFilled(names) ? list(names, `${at}.names`, nameAt) : [nameAt(name, `${at}.names`)],
    action: known,
    ...optional('errnoRet', errnoRet, (value) => errnoAt(value, known, `${at}.errnoRet`)),
    ...optional('args', args, (value) => list(value, `${at}.args`, conditionAt)),
    ...optional('includes', includes, (value) => circumstancesAt(value, `${at}.includes`)),
    ...optional('excludes', excludes, (value) => circumstancesAt(value, `${at}.excludes`)),
  }
}

function conditionAt(json: unknown, at: string): Condition {
  const { index, value, valueTwo, op } = object(json, at)
  if (typeof index !== 'number' || ![0, 1, 2, 3, 4, 5].includes(index))
    throw new Error(`${at}.index: ${shown(index)} is no argument: a call has six, from 0 to 5`)
  if (typeof op !== 'string' || !Object.hasOwn(operators, op))
    throw new Error(
      `${at}.op: ${shown(op)} is no comparison. There are ${Object.keys(operators).join(', ')}.`,
    )
  return {
    index,
    value: wordAt(value, `${at}.value`),
    ...optional('valueTwo', valueTwo, (given) => wordAt(given, `${at}.valueTwo`)),
    op: op as Operator,
  }
}

function wordAt(json: unknown, at: string): number | bigint {
  const isWhole = typeof json === 'bigint' || Number.isSafeInteger(json)
  if (!isWhole || (json as number) < 0 || (json as number) > 0xffffffffffffffffn)
    throw new Error(`${at}: ${shown(json)} is no number of 64 bits without a sign`)
  return json as number | bigint
}

function circumstancesAt(json: unknown, at: string): Circumstances {
  const { caps, arches, minKernel } = object(json, at)
  return {
    ...optional('caps', caps, (value) => list(value, `${at}.caps`, nameAt)),
    ...optional('arches', arches, (value) => list(value, `${at}.arches`, nameAt)),
    ...optional('minKernel', minKernel, (value) => kernelAt(value, `${at}.minKernel`)),
  }
}

function kernelAt(json: unknown, at: string): string {
  if (typeof json !== 'string' || !/^(\d+\.\d+)?$/.test(json))
    throw new Error(`${at}: ${shown(json)} is no version of a kernel, as "4.8" is`)
  return json
}

function actionAt(json: unknown, at: string): Action {
  if (typeof json === 'string' && Object.hasOwn(actions, json)) return json as Action
  if (json === 'SCMP_ACT_NOTIFY')
    throw new Error(
      `${at}: SCMP_ACT_NOTIFY hands the call to another program, which answers for the kernel, and there is none here. SCMP_ACT_ERRNO refuses it.`,
    )
  throw new Error(`${at}: ${shown(json)} is no action. There are ${Object.keys(actions).join(', ')}.`)
}

function errnoAt(json: unknown, action: Action, at: string): number {
  if (!hasData(action))
    throw new Error(`${at}: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take a number with them`)
  const largest = action === 'SCMP_ACT_ERRNO' ? largestErrno : 0xffff
  if (typeof json !== 'number' || !Number.isInteger(json) || json < 0 || json > largest)
    throw new Error(`${at}: ${shown(json)} is no number from 0 to ${largest}`)
  return json
}

function mapAt(json: unknown, at: string): NonNullable<Profile['archMap']>[number] {
  const { architecture, subArchitectures } = object(json, at)
  return {
    architecture: architectureAt(architecture, `${at}.architecture`),
    ...optional('subArchitectures', subArchitectures, (value) =>
      list(value, `${at}.subArchitectures`, architectureAt),
    ),
  }
}

function architectureAt(json: unknown, at: string): string {
  if (typeof json === 'string' && architectures.includes(json)) return json
  throw new Error(`${at}: ${shown(json)} is no processor, as SCMP_ARCH_X86_64 is`)
}

function flagAt(json: unknown, at: string): string {
  if (typeof json === 'string' && isKnownFlag(json)) return json
  if (json === 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV')
    throw new Error(`${at}: ${json} is for SCMP_ACT_NOTIFY, which is not to be had here`)
  throw new Error(`${at}: ${shown(json)} is no flag, as SECCOMP_FILTER_FLAG_LOG is`)
}

function nameAt(json: unknown, at: string): string {
  if (typeof json === 'string' && json !== '') return json
  throw new Error(`${at}: ${shown(json)} is no name`)
}

function object(json: unknown, at: string): Record<string, unknown> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json))
    return json as Record<string, unknown>
  throw new Error(`${at} is no JSON object`)
}

function list<T>(json: unknown, at: string, each: (one: unknown, at: string) => T): T[] {
  if (!Array.isArray(json)) throw new Error(`${at} is no list`)
  return json.map((one, i) => each(one, `${at}[${i}]`))
}

/** Go writes what is not there as null. */
function optional<K extends string, T>(key: K, json: unknown, read: (json: unknown) => T) {
  return (json === undefined || json === null ? {} : { [key]: read(json) }) as { readonly [key in K]?: T }
}

const isFilled = (json: unknown) => Array.isArray(json) && json.length > 0

/** A value for a message; numbers as they were written. */
const shown = (json: unknown) =>
  json === undefined
    ? 'nothing'
    : JSON.stringify(json, (_key, value) => (typeof value === 'bigint' ? String(value) : value))

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
