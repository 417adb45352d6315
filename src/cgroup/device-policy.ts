// Rules for devices, brought into the one form that both versions of control groups can hold: everything is allowed,
// or nothing, and then a list of exceptions. Pure.

import type { DeviceRule } from './resources.ts'

export interface DevicePolicy {
  /** What holds for a device that no exception names. */
  readonly allow: boolean
  readonly exceptions: readonly DeviceException[]
}

export interface DeviceException {
  readonly type: 'c' | 'b'
  /** undefined: any */
  readonly major: number | undefined
  readonly minor: number | undefined
  /** Some of `rwm`, in this order. */
  readonly access: string
}

/** Follow the rules in order, from a group in which everything is allowed. */
export function policyOf(rules: readonly DeviceRule[]): DevicePolicy {
  let allow = true
  let exceptions = new Map<string, DeviceException>()
  for (const rule of rules) {
    if (isForAll(rule)) {
      allow = rule.allow
      exceptions = new Map()
      continue
    }
    for (const one of named(rule)) {
      const key = `${one.type} ${one.major}:${one.minor}`
      const before = exceptions.get(key)?.access ?? ''
      const access = [...'rwm'].filter((letter) =>
        rule.allow === allow
          ? before.includes(letter) && !one.access.includes(letter)
          : before.includes(letter) || one.access.includes(letter),
      )
      if (access.length === 0) exceptions.delete(key)
      else exceptions.set(key, { ...one, access: access.join('') })
    }
  }
  return { allow, exceptions: [...exceptions.values()] }
}

function isForAll({ type = 'a', major = -1, minor = -1, access = 'rwm' }: DeviceRule): boolean {
  return type === 'a' && major < 0 && minor < 0 && [...'rwm'].every((letter) => access.includes(letter))
}

function named({ type = 'a', major, minor, access = 'rwm' }: DeviceRule): DeviceException[] {
  const types = type === 'a' ? (['c', 'b'] as const) : [type]
  const number = (n: number | undefined) => (n === undefined || n < 0 ? undefined : n)
  return types.map((t) => ({ type: t, major: number(major), minor: number(minor), access }))
}

/** An exception as the files of cgroup v1 have it: `c 136:* rwm`. */
export function exceptionLine({ type, major, minor, access }: DeviceException): string {
  return `${type} ${major ?? '*'}:${minor ?? '*'} ${access}`
}
