// Exercise 11-3: the line discipline of a terminal, with the settings that a new one has.

export interface Outcome {
  /** All that was sent to the screen. */
  readonly screen: string
  /** What each read(2) of the program has returned. */
  readonly reads: readonly string[]
  readonly signals: readonly ('SIGINT' | 'SIGQUIT' | 'SIGTSTP')[]
}

export function discipline(typed: string): Outcome {
  // TODO: key by key. There is a line that is not complete yet, and three lists that grow.
  throw new Error('TODO: discipline does not know any key yet')
}
