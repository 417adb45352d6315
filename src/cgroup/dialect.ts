// What the two versions of control groups say differently. hierarchy.ts speaks to both through this.

import type { Step } from '../syscall/syscall.ts'
import type { Limit } from './limit.ts'
import type { CgroupMount } from './mounts.ts'
import type { DeviceRule, LinuxResources } from './resources.ts'

export interface Dialect {
  readonly version: 1 | 2
  /** The trees that are used. */
  readonly mounts: readonly CgroupMount[]
  /** The directories of a group, one in each tree; its processes are counted in the first. */
  directories(path: string): string[]
  /** Make the group, empty and without limits. */
  groupSteps(path: string): Step[]
  /** The same, now. @returns warnings */
  makeGroup(path: string): string[]
  limits(path: string, resources: LinuxResources): Limit[]
  deviceSteps(path: string, rules: readonly DeviceRule[]): Step[]
  /** The same, now, and asked back from the kernel. */
  setDevices(path: string, rules: readonly DeviceRule[]): void
  /** The calls by which a process without threads moves itself into the group. */
  joinSteps(path: string): Step[]
  usage(path: string): Usage
  events(path: string): Events
  readonly freezer: Freezer | undefined
  /** The file that kills all at once, Linux 5.14. */
  killFile(path: string): string | undefined
}

/** What a group uses now. A number that this host does not count is undefined. */
export interface Usage {
  /** Bytes, the cache of files among them. */
  readonly memory: number | undefined
  /** The most bytes so far; v2 counts it since Linux 5.19. */
  readonly memoryPeak: number | undefined
  /** Processor time of all that ever was in the group, in nanoseconds. */
  readonly cpuNanos: number | undefined
  /** Processes and threads. */
  readonly pids: number | undefined
  /** What was read from disks and written to them, in bytes. */
  readonly bytesRead: number | undefined
  readonly bytesWritten: number | undefined
}

/** How often the limits were met since the group was made. */
export interface Events {
  /** Processes killed because memory was used up. */
  readonly oomKills: number
  /** Starts of processes or threads that were refused. */
  readonly pidsRefused: number
  /** Periods in which the group had to wait because its quota was used up, and for how many nanoseconds in all. */
  readonly throttledPeriods: number
  readonly throttledNanos: number
}

export interface Freezer {
  readonly file: (path: string) => string
  readonly freeze: string
  readonly thaw: string
  readonly isFrozen: (path: string) => boolean
}
