// Exercise 09-1: from what the kernel says to what a person at a shell sees.

export type Outcome =
  /** The word that wait4(2) filled in for the container’s first process. */
  | { readonly waited: number }
  /** A call of the child failed, before there was a program. */
  | { readonly failed: string; readonly errno: string }

const engineFailed = 125
const notExecutable = 126
const notFound = 127

/** @returns what `$?` shows, from 0 to 255; undefined if the process has not ended */
export function exitCodeOf(outcome: Outcome): number | undefined {
  if ('waited' in outcome) return codeOf(outcome.waited)
  if (outcome.failed !== 'execve') return engineFailed
  return ['ENOENT', 'ENOTDIR'].includes(outcome.errno) ? notFound : notExecutable
}

const stopped = 0x7f
const continued = 0xffff

function codeOf(word: number): number | undefined {
  if (word === continued || (word & 0xff) === stopped) return undefined
  const signal = word & 0x7f
  return signal === 0 ? (word >> 8) & 0xff : 128 + signal
}
