// Exercise 08-1: the capabilities of a process, out of /proc/PID/status.

import { allCapabilities } from '../../../../src/security/capabilities.ts'

/** The lines of the five sets. */
export type SetName = 'CapInh' | 'CapPrm' | 'CapEff' | 'CapBnd' | 'CapAmb'

/**
 * The names of the capabilities in a set, in the order of their numbers.
 * @param status the text of /proc/PID/status
 * @throws Error if it has no such line
 */
export function rightsOf(status: string, set: SetName): string[] {
  const hex = new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1]
  if (hex === undefined) throw new Error(`There is no line ${set} in this text`)
  // beyond 32 bits, << and & of ordinary numbers go wrong without a word
  const mask = BigInt(`0x${hex}`)
  const numbers = Array.from({ length: 64 }, (_, n) => n).filter((n) => (mask >> BigInt(n)) & 1n)
  return numbers.map((n) => allCapabilities[n] ?? String(n))
}

/**
 * The number that means these capabilities, as the kernel writes it: `00000000a80425fb`.
 * @throws Error for a name that there is not
 */
export function maskOf(names: readonly string[]): string {
  const mask = names.reduce((all, name) => all | (1n << BigInt(numberOf(name))), 0n)
  return mask.toString(16).padStart(16, '0')
}

function numberOf(name: string): number {
  const number = (allCapabilities as readonly string[]).indexOf(name)
  if (number === -1) throw new Error(`There is no capability "${name}"`)
  return number
}
