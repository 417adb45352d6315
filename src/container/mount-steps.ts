// The part of the plan that makes the container's file systems: each mount of the spec in its order, and what belongs into
// /dev as soon as that is there.

import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { consoleSteps, deviceNodeSteps, deviceSteps } from '../rootfs/dev.ts'
import { type Mount, mountSteps } from '../rootfs/mounts.ts'
import * as C from '../syscall/constants.ts'
import { mkdirat } from '../syscall/file.ts'
import { move_mount } from '../syscall/mount.ts'
import { allowing, type Step, type Syscall, stepsOf } from '../syscall/syscall.ts'
import type { Handles } from './handles.ts'
import type { Spec } from './spec.ts'
import { mapsOf, outsideOf } from './user-namespace.ts'

/** @param proc opens /proc, as soon as it is there */
export function mountAllSteps(spec: Spec, hierarchy: Hierarchy, handles: Handles, proc: Syscall): Step[] {
  const terminal = spec.process.terminal
  return spec.mounts.flatMap((mount) => [
    ...oneMountSteps(labelledMount(ownedMount(mount, spec), spec), hierarchy, handles),
    ...(mount.destination === '/proc' ? stepsOf(8)('hold it, to be written to later', proc) : []),
    ...(mount.destination === '/dev' ? [...deviceSteps(), ...deviceNodeSteps(spec.linux.devices)] : []),
    ...(mount.destination === '/dev/pts' && terminal ? consoleSteps(handles.stdio[0]) : []),
  ])
}

/** Options that name a user or a group mean one of the container; to the kernel they are said before its user namespace. */
function ownedMount(mount: Mount, spec: Spec): Mount {
  if (mapsOf(spec) === undefined) return mount
  const options = mount.options?.map((option) => {
    const [, key, id] = /^(uid|gid)=(\d+)$/.exec(option) ?? []
    if (key === undefined) return option
    const owner = outsideOf(spec, {
      uid: key === 'uid' ? Number(id) : 0,
      gid: key === 'gid' ? Number(id) : 0,
    })
    return `${key}=${key === 'uid' ? owner.uid : owner.gid}`
  })
  return { ...mount, options }
}

/** What is made in memory for the container has the label of its files. */
function labelledMount(mount: Mount, { linux: { mountLabel } }: Spec): Mount {
  if (mountLabel === undefined || mount.type !== 'tmpfs') return mount
  return { ...mount, options: [...(mount.options ?? []), `context="${mountLabel}"`] }
}

function oneMountSteps(mount: Mount, hierarchy: Hierarchy, handles: Handles): Step[] {
  if (mount.type === 'devpts' && handles.devpts !== undefined) {
    return stepsOf(11)(
      "put the container's file system of terminals in its place",
      allowing('EEXIST', mkdirat(C.AT_FDCWD, mount.destination, 0o755)),
      move_mount(handles.devpts, mount.destination),
    )
  }
  return mountSteps(mount, {
    tree: handles.binds.get(mount.destination),
    file: handles.files.has(mount.destination),
    controllers: hierarchy.version === 1 ? treesOf(hierarchy) : undefined,
  })
}

/** The trees of cgroup v1, as mount(8) names them: `cpu,cpuacct`. */
function treesOf({ mounts }: Hierarchy): string[] {
  return mounts.filter(({ version }) => version === 1).map(({ controllers }) => controllers.join(','))
}
