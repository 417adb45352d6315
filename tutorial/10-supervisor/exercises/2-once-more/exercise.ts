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

/** @returns the waits, in milliseconds: one for each run that is followed by another */
export function waitsOf(policy: Policy, runs: readonly Run[]): number[] {
  // TODO: for each run: is it followed by another one? Then, after which wait?
  throw new Error('TODO: waitsOf does not know yet when to start again')
}
