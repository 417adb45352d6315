// The doctor, chapter 8: the rights that can be handed on.

import { enabledFile, profileNames, profilesFile, usualProfile } from '../security/apparmor.ts'
import { allCapabilities, capabilityMasks, namesOf } from '../security/capabilities.ts'
import { selinuxDirectory } from '../security/selinux.ts'
import {
  bad,
  type Check,
  type Finding,
  fromTheSecond,
  good,
  type Host,
  onLinux,
  weak,
} from './doctor-check.ts'

/** Without one of these no container can be made: they mount, make devices and networks, and become other users. */
const needed = [
  'CAP_SYS_ADMIN',
  'CAP_NET_ADMIN',
  'CAP_MKNOD',
  'CAP_SETUID',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_KILL',
]

const remedy =
  'What started this process took them away: a container, or a service with CapabilityBoundingSet'

export const securityChecks: readonly Check[] = [
  { chapter: 8, name: 'capabilities', check: onLinux((host) => capabilities(host)) },
  { chapter: 8, name: 'seccomp', check: onLinux((host) => seccomp(host)) },
  { chapter: 8, name: 'policies', check: onLinux((host) => policies(host)) },
]

export function capabilities({ read }: Pick<Host, 'read'>): Finding {
  const status = read('/proc/self/status')
  if (status === undefined) return weak('unknown: /proc is not mounted')
  const { bounding } = capabilityMasks(status)
  const known = allCapabilities.slice(
    0,
    Number(read('/proc/sys/kernel/cap_last_cap') ?? allCapabilities.length - 1) + 1,
  )
  const missing = known.filter((name) => !namesOf(bounding).includes(name))
  if (missing.length === 0) return good(`all ${known.length}`)
  const essential = missing.filter((name) => needed.includes(name))
  const onlyNetwork = essential.join() === 'CAP_NET_ADMIN'
  if (essential.length > 0)
    return bad(`missing: ${essential.join(', ')}`, remedy, onlyNetwork ? [7] : fromTheSecond)
  return weak(`missing: ${missing.join(', ')}`, `Not even --privileged can give them. ${remedy}`)
}

/** Policies of the host, which hold besides all that is ours: AppArmor is used by itself, SELinux where it is asked for. */
export function policies({ read, exists }: Pick<Host, 'read' | 'exists'>): Finding {
  const profiles = read(profilesFile)
  if (read(`${selinuxDirectory}/enforce`) !== undefined)
    return good(
      'SELinux: containers have labels where they are asked for, --security-opt label=type:container_t',
    )
  if (profiles === undefined && read(enabledFile) === 'Y') {
    if (exists(profilesFile)) return good('AppArmor is on; only root sees which profiles are loaded')
    return weak(
      'AppArmor is on, but what is loaded cannot be seen: no container has a profile',
      'mount -t securityfs securityfs /sys/kernel/security',
    )
  }
  if (profiles === undefined) return good('this host has neither AppArmor nor SELinux')
  return profileNames(profiles).includes(usualProfile)
    ? good(`AppArmor: every container has the profile ${usualProfile}`)
    : good(`AppArmor is on, but ${usualProfile} is not loaded: a container has the profile that it asks for`)
}

export function seccomp({ read }: Pick<Host, 'read'>): Finding {
  const mode = /^Seccomp:\s*(\d)/m.exec(read('/proc/self/status') ?? '')?.[1]
  if (mode === undefined)
    return weak(
      'this kernel has no filter for system calls',
      'Containers run only with --security-opt seccomp=unconfined: then each may make every call that the kernel has.',
    )
  return mode === '0'
    ? good('filters can be set, and none is upon us')
    : weak('a filter is upon us: it may refuse calls that containers need')
}
