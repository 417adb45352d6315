// The doctor, chapters 8 and 9: the rights that can be handed on, and the terminal.

import { allCapabilities, capabilityMasks, namesOf } from '../security/capabilities.ts'
import { bad, type Check, type Finding, good, type Host, onLinux, unseen, weak } from './doctor-check.ts'

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
  {
    chapter: 9,
    name: 'terminal',
    check: ({ terminal }) =>
      terminal ? good('yes') : unseen('none here, and -t needs one: this is a pipe or a script'),
  },
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
  if (essential.length > 0) return bad(`missing: ${essential.join(', ')}`, remedy)
  return weak(`missing: ${missing.join(', ')}`, `Not even --privileged can give them. ${remedy}`)
}

export function seccomp({ read }: Pick<Host, 'read'>): Finding {
  const mode = /^Seccomp:\s*(\d)/m.exec(read('/proc/self/status') ?? '')?.[1]
  if (mode === undefined) return weak('this kernel has no filter for system calls')
  return mode === '0'
    ? good('filters can be set, and none is upon us')
    : weak('a filter is upon us: it may refuse calls that containers need')
}
