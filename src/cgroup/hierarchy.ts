// Control groups: how much memory, processor time and how many processes a container may have, and what it may do
// with devices. One interface for both versions that kernels have; which one is decided by what is mounted.
//
// A group is a directory that the kernel fills with files. It stays until `remove`, even when all its processes have
// ended: the one thing of a container that has a name on the host. cgroups(7)

import { readFileSync } from 'node:fs'
import { failedWith, SyscallError } from '../syscall/error.ts'
import { perform } from '../syscall/perform.ts'
import { type Step, stepsOf } from '../syscall/syscall.ts'
import type { Dialect, Events, Usage } from './dialect.ts'
import { CgroupError } from './error.ts'
import { checkLimit, type Limit, limitSteps, readOnly, setLimits, writing } from './limit.ts'
import { type CgroupMount, cgroupMounts, trackersInUse, versionOf } from './mounts.ts'
import { checkedPath } from './path.ts'
import { freeze, groupsIn, killAll, pidsBelow, remove, thaw } from './processes.ts'
import type { LinuxResources } from './resources.ts'
import { v1 } from './v1.ts'
import { v2 } from './v2.ts'

/** A `path` starts at the top of the hierarchy: `gocker/2f6c…`. One that leads out of it is refused with a CgroupError. */
export interface Hierarchy {
  readonly version: 1 | 2
  /** The trees that are used: several on v1, one on v2. */
  readonly mounts: readonly CgroupMount[]
  /** The calls that make the group and set its limits, for `--explain`: nothing is touched. */
  setupSteps(path: string, resources: LinuxResources): Step[]
  /**
   * Make the group, set its limits, and read each back from the kernel. Undone by `remove`; on an error nothing stays.
   * @throws CgroupError that names the limit which this host cannot hold
   */
  create(path: string, resources: LinuxResources): Created
  /** Other limits for a group that is there, read back as well; those left out stay as they are, and the devices too. */
  update(path: string, resources: Omit<LinuxResources, 'devices'>): Created
  /** The calls by which a new process (one without threads) goes into the group itself, before it loses sight of it. */
  joinSteps(path: string): Step[]
  /** Move a process of this host into the group. */
  join(path: string, pid: number): void
  usage(path: string): Usage
  events(path: string): Events
  /** All processes of the group and of those below it, as the host numbers them; none if there is no such group. */
  pids(path: string): number[]
  /** Stop all processes where they are; back when they are stopped. */
  freeze(path: string): void
  /** Let them go on. */
  thaw(path: string): void
  /** SIGKILL to all of them, without waiting for their end. */
  kill(path: string): void
  /** Kill what is left, and remove the group, those below it, and those above it that are empty then. */
  remove(path: string): void
  /** The names of the groups right below `parent`: what is left of containers whose engine died is found here. */
  list(parent: string): string[]
}

export interface Created {
  /** Wishes that this host cannot fulfil, in sentences for the user. */
  readonly warnings: readonly string[]
}

/**
 * The control groups of this host.
 * @throws CgroupError if none are mounted
 */
export function hierarchy(): Hierarchy {
  const mounts = cgroupMounts()
  if (versionOf(mounts) === 2) return of(v2(mounts.find((m) => m.version === 2)!))
  return of(v1(mounts, trackersInUse(readFileSync('/proc/self/cgroup', 'utf8'))))
}

/** Those of a current distribution: for `--explain` where there are none to look at. */
export function assumed(): Hierarchy {
  return of(v2({ version: 2, point: '/sys/fs/cgroup', controllers: [] }))
}

/** The interface on top of one version's way to speak. */
export function of(dialect: Dialect): Hierarchy {
  return {
    version: dialect.version,
    mounts: dialect.mounts,
    setupSteps: (path, resources) => setupSteps(dialect, checkedPath(path), resources),
    create: (path, resources) => create(dialect, checkedPath(path), resources),
    update: (path, resources) => ({ warnings: apply(dialect.limits(checkedPath(path), resources)) }),
    joinSteps: (path) => dialect.joinSteps(checkedPath(path)),
    join: (path, pid) => join(dialect, checkedPath(path), pid),
    usage: (path) => dialect.usage(checkedPath(path)),
    events: (path) => dialect.events(checkedPath(path)),
    pids: (path) => pidsBelow(dialect.directories(checkedPath(path))[0]!),
    freeze: (path) => freeze(dialect, checkedPath(path)),
    thaw: (path) => thaw(dialect, checkedPath(path)),
    kill: (path) => killAll(dialect, checkedPath(path)),
    remove: (path) => remove(dialect, checkedPath(path)),
    list: (parent) => [...new Set(dialect.directories(checkedPath(parent)).flatMap(groupsIn))].sort(),
  }
}

function setupSteps(dialect: Dialect, path: string, resources: LinuxResources): Step[] {
  return [
    ...dialect.groupSteps(path),
    ...dialect.limits(path, resources).flatMap(limitSteps),
    ...(resources.devices ? dialect.deviceSteps(path, resources.devices) : []),
  ]
}

function create(dialect: Dialect, path: string, resources: LinuxResources): Created {
  const limits = dialect.limits(path, resources)
  const warnings = makeGroup(dialect, path)
  try {
    warnings.push(...apply(limits))
    if (resources.devices) dialect.setDevices(path, resources.devices)
  } catch (error) {
    remove(dialect, path)
    throw error
  }
  return { warnings }
}

function apply(limits: readonly Limit[]): string[] {
  const warnings = setLimits(limits)
  for (const limit of limits) checkLimit(limit)
  return warnings
}

/** Another engine may just be removing the empty group above ours: then once more. */
function makeGroup(dialect: Dialect, path: string): string[] {
  for (let tries = 0; ; tries++) {
    try {
      return dialect.makeGroup(path)
    } catch (error) {
      if (failedWith(error, 'ENOENT') && tries < 100) continue
      throw explained(error, path)
    }
  }
}

function explained(error: unknown, path: string): unknown {
  if (!(error instanceof SyscallError)) return error
  const because = {
    EEXIST: `A group ${path} is there already: another container has it, or one left it behind.\nRemove what is left: gocker system prune`,
    EROFS: readOnly,
    EACCES: readOnly,
  }[error.code]
  if (because === undefined) return error
  return new CgroupError(`Cannot make the control group ${path}: ${error.message}\n${because}`, {
    cause: error,
  })
}

const step = stepsOf(4)

function join(dialect: Dialect, path: string, pid: number): void {
  for (const directory of dialect.directories(path)) {
    perform(step('', ...writing(`${directory}/cgroup.procs`, String(pid))))
  }
}
