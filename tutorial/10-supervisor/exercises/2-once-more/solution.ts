// Exercise 10-2: when a supervisor starts a container again.

export interface Policy {
  readonly when: 'no' | 'always' | 'unless-stopped' | 'on-failure'
  /** For on-failure: so many times; undefined or 0 is for ever. */
  readonly most?: number
}

export interface Run {
  /** How long it lasted, in milliseconds. */
  readonly ran: number
  readonly exitCode: number
  /** A person asked for its end. */
  readonly stopped?: boolean
}

const first = 100
const longest = 60_000
const goodRun = 10_000

/** @returns the waits, in milliseconds: one for each run that is followed by another */
export function waitsOf(policy: Policy, runs: readonly Run[]): number[] {
  const waits: number[] = []
  for (const run of runs) {
    if (!isFollowed(policy, run, waits.length)) break
    const before = waits.at(-1)
    const isNew = before === undefined || run.ran >= goodRun
    waits.push(isNew ? first : Math.min(2 * before, longest))
  }
  return waits
}

function isFollowed({ when, most = 0 }: Policy, { exitCode, stopped }: Run, restarts: number): boolean {
  if (when === 'no' || stopped) return false
  if (when !== 'on-failure') return true
  return exitCode !== 0 && (most === 0 || restarts < most)
}
