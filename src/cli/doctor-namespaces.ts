// The doctor, chapter 3: namespaces of all kinds, and those of users, which systems like to forbid.

import { cloneFlags, kinds } from '../namespaces/kinds.ts'
import { rootIs, writeIdMaps } from '../namespaces/user.ts'
import { clone } from '../syscall/clone.ts'
import * as C from '../syscall/constants.ts'
import { exit_group } from '../syscall/process.ts'
import { waitNow } from '../syscall/wait.ts'
import { asRoot, bad, type Check, type Finding, good, type Host, onLinux, weak } from './doctor-check.ts'

/** Those that every container gets. */
const needed = ['mount', 'uts', 'ipc', 'pid', 'network', 'cgroup'] as const

export const namespaceChecks: readonly Check[] = [
  { chapter: 3, name: 'kinds', check: onLinux((host) => namespaceKinds(host)) },
  {
    chapter: 3,
    name: 'a process in new ones',
    check: asRoot(() => {
      waitNow(clone(cloneFlags(needed), [exit_group(0)]))
      return good(needed.join(', '))
    }),
  },
  {
    chapter: 3,
    name: 'user namespaces',
    check: onLinux((host) => forbidden(host) ?? tryUserNamespace(host)),
  },
]

export function namespaceKinds({ list }: Pick<Host, 'list'>): Finding {
  const files = list('/proc/self/ns')
  const missing = kinds.filter(({ file }) => !files.includes(file)).map(({ type }) => type)
  if (missing.length === 0) return good(`all ${kinds.length}`)
  const text = `this kernel was built without: ${missing.join(', ')}`
  return missing.some((type) => (needed as readonly string[]).includes(type))
    ? bad(text, 'Take a distribution kernel')
    : weak(text, 'Containers of root run without them')
}

/** The three switches that forbid them to users. Root's containers do not need them, so this is never bad. */
export function forbidden({ read, uid }: Pick<Host, 'read' | 'uid'>): Finding | undefined {
  if (read('/proc/sys/user/max_user_namespaces') === '0') {
    return weak('none are allowed', 'Allow them: sysctl user.max_user_namespaces=10000')
  }
  if (read('/proc/sys/kernel/unprivileged_userns_clone') === '0') {
    return weak('for root only', 'Allow them to users: sysctl kernel.unprivileged_userns_clone=1')
  }
  if (read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return weak(
      uid === 0
        ? 'for root only, and programs that AppArmor knows'
        : 'not for you: AppArmor allows them to programs that it knows',
      'Allow them to users: sysctl kernel.apparmor_restrict_unprivileged_userns=0',
    )
  }
  return undefined
}

function tryUserNamespace({ uid }: Host): Finding {
  const gid = process.getegid?.() ?? uid
  try {
    const atGate = (pid: number) => writeIdMaps(pid, rootIs(uid), rootIs(gid))
    waitNow(clone(C.CLONE_NEWUSER, [exit_group(0)], { atGate }))
    return good('a process got one, and its id maps')
  } catch (error) {
    return weak(
      `refused: ${(error as Error).message.split('\n')[0]}`,
      "Only containers without root's rights need them",
    )
  }
}
