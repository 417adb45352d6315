// Shall a container that has ended be started again, and after how long? Docker's rules: the first time after 100 ms,
// then after twice as long each time, up to a minute; one that ran for ten seconds begins anew.

import type { RestartPolicy } from '../container/options.ts'

export interface Ended {
  readonly exitCode: number
  /** Someone has asked for its end. */
  readonly stopped: boolean
  /** How often the policy has started it already. */
  readonly restarts: number
}

export function restarts(policy: RestartPolicy | undefined, { exitCode, stopped, restarts }: Ended): boolean {
  if (policy === undefined || stopped) return false
  if (policy.when !== 'on-failure') return true
  return exitCode !== 0 && (policy.most === undefined || policy.most === 0 || restarts < policy.most)
}

/**
 * Does it come back with the machine? Docker's rules: `always` does, also if a person had stopped it; `unless-stopped` only
 * if nobody had; what was never started does not.
 */
export function startsAtBoot(
  policy: RestartPolicy | undefined,
  { wasStarted, stoppedByHand }: { readonly wasStarted: boolean; readonly stoppedByHand: boolean },
): boolean {
  if (policy === undefined || !wasStarted) return false
  return policy.when === 'always' || (policy.when === 'unless-stopped' && !stoppedByHand)
}

const first = 100
const longest = 60_000
/** A run of this length says that the container works. */
const goodRun = 10_000

/** The time to wait before the next start, in milliseconds, after a run of `ran` milliseconds and a wait of `before`. */
export function backOff(before: number | undefined, ran: number): number {
  if (before === undefined || ran >= goodRun) return first
  return Math.min(before * 2, longest)
}
