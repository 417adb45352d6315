// A length of time as people type it, in the notation of Go: 30s, 1m30s, 500ms, 1h.

import { InvalidArgumentError } from 'commander'

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** @throws InvalidArgumentError in Docker's words */
export function milliseconds(text: string, flag: string): number {
  const found = duration(text)
  if (found !== undefined) return found
  throw new InvalidArgumentError(
    `invalid argument "${text}" for "${flag}" flag: time: invalid duration "${text}"`,
  )
}

/** Milliseconds; undefined for what is no length of time. */
export function duration(text: string): number | undefined {
  if (text === '0') return 0
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return undefined
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * units[unit!]!, 0)
}
