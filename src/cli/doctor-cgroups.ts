// The doctor, chapter 4: control groups. Which version is mounted, whether it has what containers are limited with,
// and whether a limit that is set does hold.

import { accessSync, constants } from 'node:fs'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { parseMounts, versionOf } from '../cgroup/mounts.ts'
import {
  asRoot,
  bad,
  type Check,
  type Finding,
  good,
  type Host,
  onLinux,
  unseen,
  weak,
} from './doctor-check.ts'
import { windowsAround } from './doctor-machine.ts'

const needed = ['memory', 'cpu', 'pids'] as const

export const cgroupChecks: readonly Check[] = [
  { chapter: 4, name: 'version', check: onLinux((host) => cgroupVersion(host)) },
  { chapter: 4, name: 'controllers', check: onLinux((host) => controllers(host)) },
  { chapter: 4, name: 'limits', check: asRoot((host) => limits(host)) },
  { chapter: 4, name: 'swap', check: onLinux((host) => swap(host)) },
]

const mountsOf = ({ read }: Pick<Host, 'read'>) => parseMounts(read('/proc/self/mountinfo') ?? '')

export function cgroupVersion(host: Pick<Host, 'read' | 'release'>): Finding {
  const mounts = mountsOf(host)
  const version = versionOf(mounts)
  if (version === undefined) {
    return bad(
      'none are mounted, so no limit could hold',
      'Mount them: mount -t cgroup2 cgroup2 /sys/fs/cgroup',
    )
  }
  if (version === 2) return good('v2')
  const hybrid = mounts.some((mount) => mount.version === 2)
  return good(
    hybrid ? 'v1 with the controllers, beside it v2 without any (hybrid)' : 'v1',
    windowsAround(host.release) === 2
      ? 'For v2, which others have: wsl --update, to 2.5.1 or newer'
      : undefined,
  )
}

export function controllers(host: Pick<Host, 'read' | 'exists'>): Finding {
  const mounts = mountsOf(host)
  const version = versionOf(mounts)
  if (version === undefined) return unseen('none are mounted')
  const tree = mounts.find((mount) => mount.version === 2)?.point
  const there = version === 1 ? mounts.flatMap((mount) => mount.controllers) : ofTree(host, tree!)
  const missing = needed.filter((name) => !there.includes(name))
  const names = there.filter((name) => !name.startsWith('name='))
  if (missing.length === 0) return good(names.join(', '))
  return bad(
    `missing: ${missing.join(', ')}; there are: ${names.join(', ') || 'none'}`,
    version === 1 ? atStart(missing, 'Mount them, or begin') : remedyOnV2(host, tree!, missing),
  )
}

const atStart = (missing: readonly string[], begin = 'Begin') =>
  `${begin} the kernel with ${missing.map((name) => `cgroup_enable=${name}`).join(' ')}`

function ofTree({ read }: Pick<Host, 'read'>, tree: string): string[] {
  return read(`${tree}/cgroup.controllers`)?.split(' ').filter(Boolean) ?? []
}

/** A controller is missing because a v1 tree has it, or the group above keeps it, or the kernel began without it. */
function remedyOnV2(
  { read, exists }: Pick<Host, 'read' | 'exists'>,
  tree: string,
  missing: readonly string[],
) {
  const onV1 = missing.filter(
    (name) => Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(read('/proc/cgroups') ?? '')?.[1]) > 0,
  )
  if (onV1.length > 0) {
    return `v1 has them, mounted or not: begin the kernel with cgroup_no_v1=all (on WSL: kernelCommandLine in .wslconfig)`
  }
  // only a group that is not the top of the system has a type
  return exists(`${tree}/cgroup.type`)
    ? 'The group above does not hand them down: see cgroup.controllers, cgroups(7)'
    : atStart(missing)
}

/** Set one of each, in a group that is removed again; but not where processes would have to be moved for it. */
function limits(host: Host): Finding {
  const control = hierarchy()
  const locked = control.mounts.find(({ point }) => !isWritable(point))
  if (locked) return bad(`${locked.point} is read-only: we are in a container`, 'Start it with --privileged')
  const top = control.mounts[0]!.point
  if (control.version === 2 && !handsDown(host, top)) {
    // only a group that is not the top of the system has a type
    return host.exists(`${top}/cgroup.type`) && host.read(`${top}/cgroup.procs`) !== ''
      ? weak(`${top} holds processes: the first container will move them into a group below it, init`)
      : good('not tried: the first container will hand the controllers down')
  }
  const path = `gocker-doctor-${process.pid}`
  const { warnings } = control.create(path, {
    memory: { limit: 64 * 2 ** 20 },
    cpu: { quota: 50_000, period: 100_000 },
    pids: { limit: 20 },
  })
  control.remove(path)
  return warnings.length === 0 ? good('a group was made, and kept all three') : weak(warnings.join(' '))
}

function handsDown({ read }: Host, top: string): boolean {
  const handed = read(`${top}/cgroup.subtree_control`)?.split(' ') ?? []
  return needed.every((name) => handed.includes(name))
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Is swap counted? On v2 the file is in every group but the top one; on v1 in the top one too. */
export function swap(host: Pick<Host, 'read' | 'exists' | 'list'>): Finding {
  const mounts = mountsOf(host)
  const version = versionOf(mounts)
  if (version === undefined) return unseen('no control groups are mounted')
  const counted =
    version === 1
      ? mounts.some(
          ({ point, controllers: here }) =>
            here.includes('memory') && host.exists(`${point}/memory.memsw.limit_in_bytes`),
        )
      : countedOnV2(host, mounts.find((mount) => mount.version === 2)!.point)
  if (counted === undefined) return unseen('no group here has the memory controller yet')
  return counted
    ? good('counted, so --memory-swap holds')
    : weak('not counted: --memory-swap cannot hold', 'Begin the kernel with swapaccount=1')
}

function countedOnV2({ exists, list }: Pick<Host, 'exists' | 'list'>, top: string): boolean | undefined {
  const group = list(top).find((name) => exists(`${top}/${name}/memory.max`))
  return group === undefined ? undefined : exists(`${top}/${group}/memory.swap.max`)
}
