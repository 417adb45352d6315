// Control groups, version 2: one tree for all controllers. A controller works in a group only if the group above it
// has handed it down, by its file cgroup.subtree_control. cgroups(7), Documentation/admin-guide/cgroup-v2.rst

import { AT_FDCWD } from '../syscall/constants.ts'
import { failedWith } from '../syscall/error.ts'
import { mkdirat } from '../syscall/file.ts'
import { perform } from '../syscall/perform.ts'
import { allowing, type Step, stepsOf } from '../syscall/syscall.ts'
import { policyOf } from './device-policy.ts'
import { attachProgram, programSteps } from './devices-bpf.ts'
import type { Dialect, Events, Usage } from './dialect.ts'
import { evacuate } from './evacuate.ts'
import { readKey, readNumber, readText, sumOf } from './files.ts'
import { writing } from './limit.ts'
import type { CgroupMount } from './mounts.ts'
import { levels } from './path.ts'
import type { FileOf } from './shared-limits.ts'
import { limits } from './v2-limits.ts'

const step = stepsOf(4)

/** The controllers that a container needs. */
const used = ['cpu', 'memory', 'pids', 'cpuset', 'io'] as const

export function v2(mount: CgroupMount): Dialect {
  const directory = (path: string) => (path === '' ? mount.point : `${mount.point}/${path}`)
  const file = (path: string, name: string) => `${directory(path)}/${name}`
  const parents = (path: string) => ['', ...levels(path).slice(0, -1)]

  return {
    version: 2,
    mounts: [mount],
    directories: (path) => [directory(path)],
    groupSteps: (path) =>
      levels(path).flatMap((level, i) => [
        ...enableSteps(directory(parents(path)[i]!), used),
        ...makeStep(directory(level), level === path),
      ]),
    makeGroup: (path) =>
      levels(path).flatMap((level, i) => {
        const warnings = enable(directory(parents(path)[i]!))
        perform(makeStep(directory(level), level === path))
        return warnings
      }),
    limits: (path, resources) => limits((name) => file(path, name), resources),
    deviceSteps: (path, rules) => {
      const policy = policyOf(rules)
      return isOpen(policy) ? [] : programSteps(directory(path), policy)
    },
    setDevices: (path, rules) => {
      const policy = policyOf(rules)
      if (!isOpen(policy)) attachProgram(directory(path), policy)
    },
    joinSteps: (path) =>
      step(
        'go into the control group (0 means: who writes this)',
        ...writing(file(path, 'cgroup.procs'), '0'),
      ),
    usage: (path) => usage((name) => file(path, name)),
    events: (path) => events((name) => file(path, name)),
    freezer: {
      file: (path) => file(path, 'cgroup.freeze'),
      freeze: '1',
      thaw: '0',
      isFrozen: (path) => readKey(file(path, 'cgroup.events'), 'frozen') === 1,
    },
    killFile: (path) => file(path, 'cgroup.kill'),
  }
}

function isOpen({ allow, exceptions }: ReturnType<typeof policyOf>): boolean {
  return allow && exceptions.length === 0
}

function makeStep(directory: string, isLast: boolean): Step[] {
  const made = mkdirat(AT_FDCWD, directory, 0o755)
  return isLast
    ? step('a control group for this container', made)
    : step('a group above it, if it is not there yet', allowing('EEXIST', made))
}

function enableSteps(directory: string, controllers: readonly string[]): Step[] {
  const value = controllers.map((name) => `+${name}`).join(' ')
  return step(
    `hand the controllers down to the groups below ${directory}`,
    ...writing(`${directory}/cgroup.subtree_control`, value),
  )
}

/**
 * Hand the controllers down. A group that holds processes may not, unless it is the top of the whole system: then
 * they are moved out of the way. @returns warnings
 */
function enable(directory: string): string[] {
  try {
    perform(enableSteps(directory, used))
    return []
  } catch (error) {
    if (failedWith(error, 'EBUSY')) {
      const warning = evacuate(directory)
      perform(enableSteps(directory, available(directory)))
      return [warning]
    }
    // one of them is not there: the others are still wanted, and a limit that needs it will say so
    if (!failedWith(error, 'ENOENT') && !failedWith(error, 'EINVAL')) throw error
    for (const name of available(directory)) enableOne(directory, name)
    return []
  }
}

function available(directory: string): string[] {
  const there = readText(`${directory}/cgroup.controllers`)?.split(' ') ?? []
  return used.filter((name) => there.includes(name))
}

function enableOne(directory: string, controller: string): void {
  try {
    perform(enableSteps(directory, [controller]))
  } catch (error) {
    if (!failedWith(error, 'EINVAL')) throw error
  }
}

function usage(file: FileOf): Usage {
  const micros = readKey(file('cpu.stat'), 'usage_usec')
  return {
    memory: readNumber(file('memory.current')),
    memoryPeak: readNumber(file('memory.peak')),
    cpuNanos: micros * 1000,
    pids: readNumber(file('pids.current')),
    bytesRead: sumOf(readText(file('io.stat')), /\brbytes=(\d+)/g),
    bytesWritten: sumOf(readText(file('io.stat')), /\bwbytes=(\d+)/g),
  }
}

function events(file: FileOf): Events {
  return {
    oomKills: readKey(file('memory.events'), 'oom_kill'),
    pidsRefused: readKey(file('pids.events'), 'max'),
    throttledPeriods: readKey(file('cpu.stat'), 'nr_throttled'),
    throttledNanos: readKey(file('cpu.stat'), 'throttled_usec') * 1000,
  }
}
