// Control groups, version 1: each controller has a tree of its own, so one container has a group in each of them.
// cgroups(7), and Documentation/admin-guide/cgroup-v1/ in the kernel

import { AT_FDCWD } from '../syscall/constants.ts'
import { mkdirat } from '../syscall/file.ts'
import { perform } from '../syscall/perform.ts'
import { allowing, type Step, stepsOf } from '../syscall/syscall.ts'
import { checkDevices, deviceSteps } from './devices-list.ts'
import type { Dialect, Events, Usage } from './dialect.ts'
import { CgroupError } from './error.ts'
import { readKey, readNumber, readText, sumOf } from './files.ts'
import { missing, writing } from './limit.ts'
import type { CgroupMount } from './mounts.ts'
import { levels } from './path.ts'
import { rmdir } from './processes.ts'
import type { DeviceRule } from './resources.ts'
import type { FileOf } from './shared-limits.ts'
import { limits } from './v1-limits.ts'

const step = stepsOf(4)

/** The controllers that a container needs, the one whose list of processes is believed first. */
const used = ['pids', 'freezer', 'memory', 'cpu', 'cpuacct', 'devices', 'cpuset', 'blkio'] as const

/** @param trackers the trees by which systemd follows its services, if they are in use here */
export function v1(all: readonly CgroupMount[], trackers: readonly string[]): Dialect {
  const treeOf = (controller: string) =>
    all.find((m) => m.version === 1 && m.controllers.includes(controller))
  const trackerTrees = trackers.map((name) => (name === '' ? all.find((m) => m.version === 2) : treeOf(name)))
  const mounts = [...new Set([...used.map(treeOf), ...trackerTrees])].filter((m) => m !== undefined)
  /** A file of the group in the tree of its controller: the part of its name before the dot. */
  const file = (path: string, name: string, controller = name.split('.')[0]!) => {
    const tree = treeOf(controller)
    if (!tree) throw new CgroupError(missing(controller))
    return `${tree.point}/${path}/${name}`
  }
  const directories = (path: string) => mounts.map(({ point }) => `${point}/${path}`)
  const groupSteps = (path: string) =>
    levels(path).flatMap((level) => levelSteps(mounts, level, level === path))
  const setDevices = (path: string, rules: readonly DeviceRule[]) => {
    perform(deviceSteps((name) => file(path, name), rules))
    checkDevices(file(path, 'devices.list'), rules)
  }

  return {
    version: 1,
    mounts,
    directories,
    groupSteps,
    makeGroup: (path) => {
      makeAll(mounts, path)
      return []
    },
    limits: (path, resources) => limits((name) => file(path, name), resources),
    deviceSteps: (path, rules) => deviceSteps((name) => file(path, name), rules),
    setDevices,
    joinSteps: (path) => mounts.flatMap((mount) => joinStep(mount, path)),
    usage: (path) => usage((name) => optional(() => file(path, name))),
    events: (path) => events((name) => optional(() => file(path, name))),
    freezer: treeOf('freezer') && {
      file: (path) => file(path, 'freezer.state'),
      freeze: 'FROZEN',
      thaw: 'THAWED',
      isFrozen: (path) => readText(file(path, 'freezer.state')) === 'FROZEN',
    },
    killFile: () => undefined,
  }
}

function levelSteps(mounts: readonly CgroupMount[], level: string, isLast: boolean): Step[] {
  const made = mounts.map(({ point }) => mkdirat(AT_FDCWD, `${point}/${level}`, 0o755))
  const cpusets = mounts.filter(({ controllers }) => controllers.includes('cpuset'))
  const usable = cpusets.flatMap(({ point }) => cpusetSteps(point, level))
  const isTop = !level.includes('/')
  if (isLast) {
    const why = 'a control group for this container in the tree of each controller'
    return [...step(why, ...made), ...(isTop ? usable : [])]
  }
  return [
    ...step(`a group ${level} above it, if it is not there yet`, ...made.map((x) => allowing('EEXIST', x))),
    ...usable,
  ]
}

/**
 * A new group of the controller cpuset may run nowhere, and nobody can go into it: it gets what the group above it has,
 * and hands that on to those below it by itself. cpusets.rst, cgroups.rst "clone_children"
 */
function cpusetSteps(point: string, level: string): Step[] {
  const above = level.includes('/') ? `${point}/${level.slice(0, level.lastIndexOf('/'))}` : point
  const copied = ['cpuset.cpus', 'cpuset.mems'].map(
    (name) => [name, readText(`${above}/${name}`) ?? '0'] as const,
  )
  return step(
    'in which every processor and all memory may be used, and so in those below it',
    ...copied.flatMap(([name, value]) => writing(`${point}/${level}/${name}`, value)),
    ...writing(`${point}/${level}/cgroup.clone_children`, '1'),
  )
}

/** Make the group in all trees, or in none. */
function makeAll(mounts: readonly CgroupMount[], path: string): void {
  for (const level of levels(path).slice(0, -1)) perform(levelSteps(mounts, level, false))
  using undo = new DisposableStack()
  for (const mount of mounts) {
    perform(levelSteps([mount], path, true))
    undo.defer(() => rmdir(`${mount.point}/${path}`))
  }
  undo.move()
}

/**
 * A process without threads that moves itself may write into `tasks`. Into `cgroup.procs`, the kernel would first
 * wait until no process of the machine is about to start a thread: 5 to 15 milliseconds.
 */
function joinStep({ version, point }: CgroupMount, path: string): Step[] {
  const file = `${point}/${path}/${version === 1 ? 'tasks' : 'cgroup.procs'}`
  return step(`go into the group in ${point} (0 means: who writes this)`, ...writing(file, '0'))
}

function optional(name: () => string): string {
  try {
    return name()
  } catch {
    return '/nonexistent'
  }
}

function usage(file: FileOf): Usage {
  return {
    memory: readNumber(file('memory.usage_in_bytes')),
    memoryPeak: readNumber(file('memory.max_usage_in_bytes')),
    cpuNanos: readNumber(file('cpuacct.usage')),
    pids: readNumber(file('pids.current')),
    bytesRead: sumOf(readText(file('blkio.throttle.io_service_bytes')), /\bRead (\d+)/g),
    bytesWritten: sumOf(readText(file('blkio.throttle.io_service_bytes')), /\bWrite (\d+)/g),
  }
}

function events(file: FileOf): Events {
  return {
    oomKills: readKey(file('memory.oom_control'), 'oom_kill'),
    pidsRefused: readKey(file('pids.events'), 'max'),
    throttledPeriods: readKey(file('cpu.stat'), 'nr_throttled'),
    throttledNanos: readKey(file('cpu.stat'), 'throttled_time'),
  }
}
