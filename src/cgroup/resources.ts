// What a container may use: the `linux.resources` of an OCI runtime specification, as far as it is held here.
// https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#control-groups

export interface LinuxResources {
  readonly memory?: MemoryLimit
  readonly cpu?: CpuLimit
  readonly pids?: PidsLimit
  readonly blockIO?: BlockIOLimit
  /** Which devices may be used, in order: a later rule wins. Without the list, nothing is forbidden. */
  readonly devices?: readonly DeviceRule[]
}

export interface MemoryLimit {
  /** Bytes of memory; -1 for no limit. */
  readonly limit?: number
  /**
   * Bytes of memory and swap together; -1 for as much swap as there is. Twice the `limit` is what an engine asks
   * for when its user did not say: where the kernel does not count swap, that is a warning, and any other is an error.
   */
  readonly swap?: number
  /** Bytes: when memory is scarce, the kernel takes it first from groups that have more. */
  readonly reservation?: number
}

export interface CpuLimit {
  /** Microseconds of processor time in each period; 150,000 of 100,000 are one and a half processors. -1: no limit. */
  readonly quota?: number
  /** The period in microseconds, 100,000 unless said. */
  readonly period?: number
  /** The share against others when there is not enough for all: 2 to 262,144, 1,024 for an ordinary group. */
  readonly shares?: number
  /** Which processors, and which memory nodes: `0-3,5`. */
  readonly cpus?: string
  readonly mems?: string
}

export interface BlockIOLimit {
  /** The share of the disk against others: 10 to 1000. */
  readonly weight: number
}

export interface PidsLimit {
  /** Processes and threads; 0 or less for no limit, as with Docker. */
  readonly limit: number
}

export interface DeviceRule {
  readonly allow: boolean
  /** Character or block device; both if left out. */
  readonly type?: 'a' | 'c' | 'b'
  /** Any if left out. */
  readonly major?: number
  /** Any if left out. */
  readonly minor?: number
  /** Of `r`ead, `w`rite and `m`knod; all if left out. */
  readonly access?: string
}

/**
 * cgroup v2 has no shares but a weight: from 1 to 10,000, and 100 for an ordinary group. The curve goes through all
 * three points, as with runc 1.3.2 and crun 1.23; the straight line of before gave an ordinary group 39.
 */
export function weightOf(shares: number): number {
  if (shares <= 2) return 1
  if (shares >= 262_144) return 10_000
  const l = Math.log2(shares)
  return Math.ceil(10 ** ((l * l + 125 * l) / 612 - 7 / 34))
}
