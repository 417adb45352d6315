// Numbers back into names. `MS_NOSUID|MS_NODEV` says more than 6.

import * as constants from './constants.ts'

const families = new Map<string, readonly (readonly [name: string, value: number])[]>()

function family(prefix: string): readonly (readonly [name: string, value: number])[] {
  const known = families.get(prefix)
  if (known) return known
  const members = Object.entries(constants)
    .filter(([name]) => prefix.split(' ').some((start) => name.startsWith(start)))
    .map(([name, value]) => [name, value as number] as const)
  families.set(prefix, members)
  return members
}

/**
 * The names of the flags that are set in `value`, joined as in C: `MS_NOSUID|MS_NODEV`. What has no name is
 * shown in hexadecimal.
 * @param prefix the family, as in `MS_` or `CLONE_NEW`; two families that share a number have a space between them
 */
export function flagNames(prefix: string, value: number): string {
  const members = family(prefix)
  const whole = members.find(([, v]) => v === value)
  if (whole) return whole[0]
  const parts: string[] = []
  let rest = value >>> 0
  for (const [name, v] of members) {
    if (v > 0 && (rest & v) >>> 0 === v) {
      parts.push(name)
      rest = (rest & ~v) >>> 0
    }
  }
  if (rest !== 0 || parts.length === 0) parts.push(rest === 0 ? '0' : `0x${rest.toString(16)}`)
  return parts.join('|')
}

/** The one name of `value` in a family whose members exclude each other, as `SIGTERM`; the number if unknown. */
export function constantName(prefix: string, value: number): string {
  return family(prefix).find(([, v]) => v === value)?.[0] ?? String(value)
}
