// Exercise 09-1: from what the kernel says to what a person at a shell sees.

export type Outcome =
  /** The word that wait4(2) filled in for the container’s first process. */
  | { readonly waited: number }
  /** A call of the child failed, before there was a program. */
  | { readonly failed: string; readonly errno: string }

/** @returns what `$?` shows, from 0 to 255; undefined if the process has not ended */
export function exitCodeOf(outcome: Outcome): number | undefined {
  // TODO: for a word, first ask whether it is an end at all. Then the signal, then the status.
  // TODO: for a call that failed, there are three numbers.
  throw new Error('TODO: exitCodeOf does not know any number yet')
}
