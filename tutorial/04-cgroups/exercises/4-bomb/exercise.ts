// Exercise 04-4: the calls by which a process goes into a group that holds it.

import { AT_FDCWD, O_WRONLY } from '../../../../src/syscall/constants.ts'
import { close, mkdirat, openat, write } from '../../../../src/syscall/file.ts'
import type { Syscall } from '../../../../src/syscall/syscall.ts'

export interface Place {
  /** The directory of a group, which is there: `/sys/fs/cgroup/shop`. */
  readonly above: string
  /** The group to be made in it. */
  readonly name: string
  /** Processes and threads, at most. */
  readonly limit: number
}

/** The calls, in order. After them the process becomes Mallory’s program. */
export function cage({ above, name, limit }: Place): Syscall[] {
  const group = `${above}/${name}`
  return [
    mkdirat(AT_FDCWD, group, 0o755),
    // TODO: write the limit into pids.max. The result of an openat may stand where the descriptor is wanted.
    // TODO: go in: cgroup.procs takes 0 for whoever writes.
  ]
}
