// Which control groups are mounted here, and where. Reads /proc/self/mountinfo, changes nothing.
//
// /proc/cgroups is not asked: it lists controllers as enabled that this kernel can no longer mount (Debian 13 shows
// `memory`, and has no v1 of it). What is mounted is what there is. proc(5), cgroups(7)

import { readFileSync, statfsSync } from 'node:fs'
import { CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC } from '../syscall/constants.ts'
import { CgroupError } from './error.ts'

/** One tree of groups: on v1 each controller has its own or shares it with another, on v2 there is one for all. */
export interface CgroupMount {
  readonly version: 1 | 2
  /** Where it is mounted. */
  readonly point: string
  /** v1: `cpu`, `cpuacct`, `name=systemd` …; v2 says in a file which it has. */
  readonly controllers: readonly string[]
}

/** All mounts of control groups in the text of /proc/self/mountinfo, in its order. */
export function parseMounts(mountinfo: string): CgroupMount[] {
  return mountinfo.split('\n').flatMap((line): CgroupMount[] => {
    const [before, after] = line.split(' - ')
    const [type, , superOptions] = after?.split(' ') ?? []
    if (type !== 'cgroup' && type !== 'cgroup2') return []
    const point = unescaped(before!.split(' ')[4] ?? '')
    if (type === 'cgroup2') return [{ version: 2, point, controllers: [] }]
    const controllers = (superOptions ?? '').split(',').filter(isController)
    return [{ version: 1, point, controllers }]
  })
}

const otherOptions = new Set(['rw', 'ro', 'xattr', 'noprefix', 'clone_children', 'cpuset_v2_mode', 'none'])

function isController(option: string): boolean {
  return !otherOptions.has(option) && !option.startsWith('release_agent=')
}

/** mountinfo writes a space as \040, and three other characters in the same way. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/** The version that limits are set with: a hybrid host has both mounted, and its controllers on v1. */
export function versionOf(mounts: readonly CgroupMount[]): 1 | 2 | undefined {
  const limiting = new Set(['memory', 'cpu', 'pids'])
  if (mounts.some((m) => m.version === 1 && m.controllers.some((c) => limiting.has(c)))) return 1
  return mounts.some((m) => m.version === 2) ? 2 : undefined
}

/**
 * The mounts of this host that are really to be seen: one may lie hidden under a later mount.
 * @throws CgroupError if there is none
 */
export function cgroupMounts(): CgroupMount[] {
  const seen = parseMounts(readFileSync('/proc/self/mountinfo', 'utf8')).filter(isVisible)
  if (versionOf(seen) === undefined) {
    throw new CgroupError(
      'No control groups are mounted here, so no limit could hold.\n' +
        'Mount them: mount -t cgroup2 cgroup2 /sys/fs/cgroup',
    )
  }
  return seen
}

function isVisible({ version, point }: CgroupMount): boolean {
  try {
    return statfsSync(point).type === (version === 2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC)
  } catch {
    return false
  }
}

/**
 * The trees by which systemd follows its services and sessions, as the text of /proc/self/cgroup shows them, if this
 * process is somewhere inside: `name=systemd`, and '' for v2. A container that stayed there would end with us.
 */
export function trackersInUse(selfCgroup: string): string[] {
  return selfCgroup.split('\n').flatMap((line) => {
    const [, name, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    return (name === '' || name === 'name=systemd') && path !== '/' ? [name] : []
  })
}
