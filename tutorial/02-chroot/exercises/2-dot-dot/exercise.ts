// Exercise 02-2: where does the kernel end up when it walks along a path?

export interface Process {
  /** Where its `/` is: the real path of a directory, `/srv/jail`. */
  readonly root: string
  /** Where it stands. The kernel does not mind if that is outside of its root. */
  readonly cwd: string
}

/** The symbolic links of the machine: the real path of each, and its target. All other names are directories. */
export type Links = Readonly<Record<string, string>>

/**
 * @param path as the process gives it to a system call
 * @returns the real path of where it leads
 * @throws Error if there are more than 40 links on the way
 */
export function walk(process: Process, path: string, links: Links = {}): string {
  // TODO: start at the right place, and take one name of the path after the other.
  throw new Error('TODO: walk does not take any step yet')
}
