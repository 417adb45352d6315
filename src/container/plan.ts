// plan(spec): the list of calls that a new process makes to become this container. A pure function: the same spec
// gives the same list, on any system, and nothing happens. launch.ts has it made, explain.ts prints it.

import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { cloneFlags, type NamespaceType } from '../namespaces/kinds.ts'
import { idMappedSteps } from '../overlay/id-mapped.ts'
import { type Overlay, overlaySteps } from '../overlay/mount.ts'
import { pivotSteps, privateSteps, readOnlyRootSteps } from '../rootfs/pivot-root.ts'
import { openInProc } from '../rootfs/walk.ts'
import { enterUserSteps, keepingRightsSteps } from '../security/credentials.ts'
import { maskedSteps, readonlySteps } from '../security/masked-paths.ts'
import { filterOf } from '../security/seccomp.ts'
import * as C from '../syscall/constants.ts'
import { close, dup3, openat, write } from '../syscall/file.ts'
import { setdomainname, sethostname, setns, unshare } from '../syscall/process.ts'
import { type Fd, type Step, stepsOf } from '../syscall/syscall.ts'
import type { Handles } from './handles.ts'
import { mountAllSteps } from './mount-steps.ts'
import { oomScoreSteps, rlimitSteps } from './process-limits.ts'
import { policySteps, processSteps, streamSteps } from './program-steps.ts'
import type { Spec } from './spec.ts'
import { outsideOf, rootOf } from './user-namespace.ts'

export interface Plan {
  /** The new namespaces, as flags for clone(2). */
  readonly flags: number
  readonly steps: readonly Step[]
}

/** The list for a container whose root file system is `overlay`. */
export function plan(spec: Spec, overlay: Overlay, hierarchy: Hierarchy, handles: Handles): Plan {
  const kinds = spec.linux.namespaces.map(({ type }) => type)
  // the network is made before and joined; the cgroup namespace begins where the process is, so it comes after the move
  const later: NamespaceType[] = ['network', 'cgroup', 'user']
  const made = (type: NamespaceType) => handles.users !== undefined && type in handles.users
  const atStart = kinds.filter((type) => !later.includes(type) && !made(type))
  // held from the moment when it is mounted: whatever is mounted upon parts of it, what is written goes to the real one
  const proc = openat(C.AT_FDCWD, '/proc', C.O_PATH | C.O_DIRECTORY | C.O_NOFOLLOW | C.O_CLOEXEC)
  const masks = maskedSteps(spec.linux.maskedPaths)
  const { seccomp } = spec.linux
  const filter = seccomp && (handles.filter ?? filterOf(seccomp))
  return {
    flags: cloneFlags(atStart),
    steps: [
      ...networkSteps(handles),
      ...ownedSteps(handles),
      ...cgroupSteps(spec, hierarchy),
      ...privateSteps(),
      ...(handles.users?.user === undefined ? [] : idMappedSteps(overlay.layersDir, handles.users.user)),
      ...overlaySteps({ ...overlay, label: spec.linux.mountLabel }),
      ...masks.before,
      ...pivotSteps(overlay.target),
      ...(handles.users ? keepingRightsSteps(rootOf(spec)) : []),
      ...mountAllSteps(spec, hierarchy, handles, proc),
      ...nameSteps(spec),
      ...sysctlSteps(spec.linux.sysctl, proc),
      ...readonlySteps(spec.linux.readonlyPaths),
      ...masks.after,
      ...(spec.root.readonly ? readOnlyRootSteps() : []),
      ...oomScoreSteps(spec.process.oomScoreAdj, proc),
      ...rlimitSteps(spec.process.rlimits ?? []),
      ...(handles.policyAt === undefined
        ? policySteps(spec.process, proc)
        : stepsOf(8)('hold on to /proc, for what the policy needs there', dup3(proc, handles.policyAt))),
      ...programSteps(spec, { ...handles, filter }),
    ],
  }
}

/** What ends in the program; in a user namespace, that comes first: until then, the host's rights were needed. */
function programSteps(spec: Spec, handles: Handles): Step[] {
  const user = handles.users?.user
  if (user === undefined) return processSteps(spec.process, handles, true)
  return [
    ...streamSteps(handles, spec.process.terminal, outsideOf(spec, spec.process.user).uid),
    ...enterUserSteps(user),
    ...processSteps(spec.process, { ...handles, haveOwner: true }, true),
  ]
}

function networkSteps({ netns }: Handles): Step[] {
  if (netns === undefined) return []
  return stepsOf(7)('enter the network that was made for this container', setns(netns, C.CLONE_NEWNET))
}

/** Those that belong to the container's user namespace; the mounts follow when all of them are made. */
function ownedSteps({ users = {} }: Handles): Step[] {
  const { ipc, uts } = users
  return stepsOf(3)(
    'and what else belongs to its user namespace',
    ...(ipc === undefined ? [] : [setns(ipc, C.CLONE_NEWIPC)]),
    ...(uts === undefined ? [] : [setns(uts, C.CLONE_NEWUTS)]),
  )
}

function cgroupSteps(spec: Spec, hierarchy: Hierarchy): Step[] {
  return [
    ...hierarchy.joinSteps(spec.linux.cgroupsPath),
    ...stepsOf(3)('from here on, this cgroup looks like the top of all cgroups', unshare(C.CLONE_NEWCGROUP)),
  ]
}

function nameSteps({ hostname, domainname }: Spec): Step[] {
  return [
    ...(hostname === undefined ? [] : stepsOf(3)('a name of its own', sethostname(hostname))),
    ...(domainname === undefined ? [] : stepsOf(3)('and the domain of that name', setdomainname(domainname))),
  ]
}

/** Settings below /proc/sys that belong to a namespace; written before that directory becomes read-only. */
function sysctlSteps(sysctl: Readonly<Record<string, string>>, proc: Fd): Step[] {
  return Object.entries(sysctl).flatMap(([key, value]) => {
    const fd = openInProc(proc, `sys/${key.replaceAll('.', '/')}`)
    return stepsOf(7)(`${key} = ${value}`, fd, write(fd, value), close(fd))
  })
}
