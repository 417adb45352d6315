// What a check found: where it is, and a sentence that says what is wrong or what to do.

export interface Fault {
  /** From the project's folder. */
  readonly path: string
  /** Counted from 1. */
  readonly line: number
  readonly text: string
}

/** Each as `path:line: sentence`, in the order of the files. */
export function printFaults(faults: readonly Fault[]): string {
  return faults
    .toSorted((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1))
    .map(({ path, line, text }) => `${path}:${line}: ${text}\n`)
    .join('')
}
