// What a table of command lines is made of.

export interface Line {
  /** For a shell, in which `docker` is one engine and then the other. */
  readonly run: string
  /** Why what they say is not the same: the test holds that it is not, so that nobody excuses what has been mended. */
  readonly differs?: string
}

export interface Group {
  readonly name: string
  /** One after the other, on the same containers. */
  readonly lines: readonly Line[]
}

/** Lines that say the same, and, with a reason, lines that do not. */
export function group(name: string, ...lines: readonly (string | Line)[]): Group {
  return { name, lines: lines.map((line) => (typeof line === 'string' ? { run: line } : line)) }
}

export function differs(run: string, reason: string): Line {
  return { run, differs: reason }
}
