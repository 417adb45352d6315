// Exercise 02-1: what does a line of /proc/PID/mountinfo say?

export interface Mount {
  readonly id: number
  /** The mount that it hangs on. */
  readonly parent: number
  /** Which directory of its file system it shows: `/` for all of it. */
  readonly shows: string
  /** Where it is mounted. */
  readonly at: string
  /** The number behind `shared:`, if there is one. */
  readonly shared?: number
  /** `ext4` */
  readonly type: string
  /** `/dev/sda1` */
  readonly source: string
}

/** @throws Error if it is no line of mountinfo */
export function parseMount(line: string): Mount {
  // TODO: split the line into its fields, find the one that is `-`, and take the names out of their notation.
  throw new Error('TODO: parseMount does not read anything yet')
}
