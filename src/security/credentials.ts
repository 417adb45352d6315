// The last steps before the program: from root of the host to a user with few rights. They change only the process
// that makes them, and cannot be undone by it: that is their use. The order is the one that runc found to work.
// credentials(7), capabilities(7), user_namespaces(7)

import * as C from '../syscall/constants.ts'
import {
  capset,
  clearAmbient,
  dropFromBoundingSet,
  joinSessionKeyring,
  prctl,
  raiseAmbient,
  setegid,
  seteuid,
  setgroups,
  setns,
  setresgid,
  setresuid,
  unshare,
} from '../syscall/process.ts'
import { allowing, type Fd, type Step, stepsOf } from '../syscall/syscall.ts'
import {
  allCapabilities,
  capabilityMask,
  capabilityOf,
  numberOf,
  type ProcessCapabilities,
} from './capabilities.ts'
import { type Filter, installSteps } from './seccomp.ts'

const step = stepsOf(8)

export interface Credentials {
  readonly uid: number
  readonly gid: number
  readonly additionalGids?: readonly number[]
  /** Without it the process keeps what execve(2) leaves to it. */
  readonly capabilities?: ProcessCapabilities
  readonly noNewPrivileges?: boolean
  /** The signal that this process gets when its parent dies. */
  readonly deathSignal?: number
  /** The highest capability that the kernel knows: `lastCapability()`. What has no name here is dropped too. */
  readonly lastCapability?: number
  /** What the kernel is to ask about each call from then on. */
  readonly filter?: Filter
  /** In a user namespace whose creator gave up setgroups(2), the groups stay as they are. */
  readonly keepGroups?: boolean
}

/**
 * The steps that make a process this user with these rights, for the end of the list, before execve.
 * @throws Error for a capability whose name is unknown
 */
export function credentialSteps(credentials: Credentials): Step[] {
  const { uid, gid, additionalGids = [], capabilities, noNewPrivileges, deathSignal, filter } = credentials
  const filterSteps = filter ? installSteps(filter) : []
  return [
    ...(capabilities
      ? boundingSteps(capabilities, credentials.lastCapability ?? allCapabilities.length - 1)
      : []),
    ...(capabilities ? step('keep the rights while the user changes', prctl(C.PR_SET_KEEPCAPS, 1)) : []),
    ...(credentials.keepGroups ? [] : step('only the groups of this user', setgroups(additionalGids))),
    // only a process with CAP_SYS_ADMIN may set a filter, unless it has given up all further rights
    ...(noNewPrivileges ? [] : filterSteps),
    ...step('become the group and the user', setresgid(gid), setresuid(uid)),
    ...(capabilities ? setSteps(capabilities) : []),
    ...(noNewPrivileges
      ? step(
          'no program, setuid or not, may give more rights than there are now',
          prctl(C.PR_SET_NO_NEW_PRIVS, 1),
        )
      : []),
    // the kernel forgets it when the user changes: prctl(2)
    ...(deathSignal
      ? step('if the engine dies, so does the container', prctl(C.PR_SET_PDEATHSIG, deathSignal))
      : []),
    // as late as can be: what comes after it, the filter must allow
    ...(noNewPrivileges ? filterSteps : []),
  ]
}

/** Take out of the bounding set what is not in it any more: no program can bring it back, not even as root. */
function boundingSteps(capabilities: ProcessCapabilities, last: number): Step[] {
  const keep = (capabilities.bounding ?? []).map((name) => numberOf(capabilityOf(name)))
  const all = Array.from({ length: last + 1 }, (_, n) => n)
  const dropped = all.filter((n) => !keep.includes(n))
  return step(
    'give up for good the rights that a container does not need',
    ...dropped.map((n) => dropFromBoundingSet(n, allCapabilities[n] ?? String(n))),
  )
}

function setSteps(capabilities: ProcessCapabilities): Step[] {
  const effective = capabilityMask(capabilities.effective ?? [])
  const permitted = capabilityMask(capabilities.permitted ?? [])
  const inheritable = capabilityMask(capabilities.inheritable ?? [])
  const ambient = (capabilities.ambient ?? []).map((name) => raiseAmbient(numberOf(capabilityOf(name)), name))
  return [
    ...step('from here on a change of user takes the rights again', prctl(C.PR_SET_KEEPCAPS, 0)),
    ...step('have only the rights that are left', capset(effective, permitted, inheritable)),
    ...step('hand no rights on to programs of other users', clearAmbient()),
    ...(ambient.length > 0 ? step('but these, which were asked for', ...ambient) : []),
  ]
}

/**
 * Become who the container's root is on the host, and keep all rights: what is made from here on belongs to that one.
 * The real user id stays, so this can still be root of the host in what it may do. capabilities(7), SECBIT_NO_SETUID_FIXUP
 */
export function keepingRightsSteps({ uid, gid }: { readonly uid: number; readonly gid: number }): Step[] {
  return step(
    'from here on, what is made belongs to the container’s root; no right is lost yet',
    prctl(C.PR_SET_SECUREBITS, C.SECBIT_NO_SETUID_FIXUP),
    setegid(gid),
    seteuid(uid),
  )
}

/**
 * Enter a user namespace for good: every right from here on is one in there, and none on the host. The mounts become those of
 * a new namespace that belongs to it, where each of them is locked: not even with all rights could what covers a file be
 * taken away. user_namespaces(7), mount_namespaces(7)
 */
export function enterUserSteps(users: Fd): Step[] {
  return [
    ...step('from here on, root is nobody outside', setns(users, C.CLONE_NEWUSER)),
    ...rootInsideSteps(),
    ...step(
      'the mounts and the view of the cgroups become those of its user namespace, and are locked',
      unshare(C.CLONE_NEWNS | C.CLONE_NEWCGROUP),
    ),
  ]
}

/** The root of the user namespace that was entered; until then, one is somebody who has no number in it. */
export function rootInsideSteps(): Step[] {
  return step('be its root', setresgid(0), setresuid(0))
}

/**
 * A keyring of its own for the container: otherwise its root could read the keys of the session that started it.
 * A kernel without keyrings has nothing to hide. keyrings(7)
 */
export function keyringSteps(name: string): Step[] {
  return step(
    'a keyring of its own, not the one of our session',
    allowing('ENOSYS', joinSessionKeyring(name)),
  )
}
