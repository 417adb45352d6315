// A container whose root is an ordinary user of the host: which ids it gets, and what has to be there before its process.
// The ids stand in its spec (`linux.uidMappings`), so that it gets the same ones at every start.

import { readFileSync } from 'node:fs'
import { type Held, type IdMaps, letGo, makeOwned, openNamespace, ownedSteps } from '../namespaces/owned.ts'
import { outside, within } from '../namespaces/user.ts'
import type { IdShift } from '../overlay/file-entry.ts'
import { idRanges } from '../security/id-ranges.ts'
import { call } from '../syscall/call.ts'
import { named, type Step } from '../syscall/syscall.ts'
import { sharedWith } from './endpoint.ts'
import type { RunOptions } from './options.ts'
import type { Places } from './places.ts'
import type { Spec } from './spec.ts'
import { isRunning, load, type State } from './state.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

/** Somebody of the host. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** What of the host's files decides. */
const idFiles = { passwd: '/etc/passwd', group: '/etc/group', subuid: '/etc/subuid', subgid: '/etc/subgid' }

/**
 * The maps that were asked for, or none.
 * @param shared the spec of the container whose network is shared: who shares that must share its users, or the network
 *   would belong to neither
 * @throws UserError if nothing is given to that user, or if it does not go together with something else that was asked for
 */
export function idMapsFor(options: RunOptions, shared: Spec | undefined): IdMaps | undefined {
  const { usernsRemap, privileged, network } = options
  const theirs = shared && mapsOf(shared)
  if (usernsRemap === undefined && theirs === undefined) return undefined
  if (privileged)
    throw refused(
      'privileged mode is incompatible with user namespaces.  You must run the container in the host namespace when running privileged mode',
    )
  if (network === 'host')
    throw refused("cannot share the host's network namespace when user namespaces are enabled")
  if (shared) return sharedMaps(theirs)
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return undefined
    }
  }
  const { passwd, group, subuid, subgid } = idFiles
  const files = { passwd: read(passwd), group: read(group), subuid: read(subuid), subgid: read(subgid) }
  try {
    return idRanges(usernsRemap ?? '', files)
  } catch (error) {
    throw new UserError((error as Error).message, ENGINE_FAILED)
  }
}

function sharedMaps(theirs: IdMaps | undefined): IdMaps {
  if (theirs === undefined)
    throw refused(
      'cannot share the network of a container that is in the user namespace of the host when user namespaces are enabled',
    )
  return theirs
}

function refused(why: string): UserError {
  return new UserError(`${why}\n--userns=host leaves the user namespace away.`, ENGINE_FAILED)
}

/** The maps of a container that has some. */
export function mapsOf({ linux }: Pick<Spec, 'linux'>): IdMaps | undefined {
  const { uidMappings, gidMappings } = linux
  return uidMappings && gidMappings ? { uid: uidMappings, gid: gidMappings } : undefined
}

/** Who the container's root is on the host; nobody else than root itself without a user namespace. */
export function rootOf(spec: Pick<Spec, 'linux'>): Owner {
  return outsideOf(spec, { uid: 0, gid: 0 })
}

/** Who a user of the container is on the host. @throws UserError for one that has no number there */
export function outsideOf(spec: Pick<Spec, 'linux'>, { uid, gid }: Owner): Owner {
  const maps = mapsOf(spec)
  if (maps === undefined) return { uid, gid }
  return { uid: mapped(maps.uid, uid), gid: mapped(maps.gid, gid) }
}

function mapped(mappings: IdMaps['uid'], id: number): number {
  const found = outside(mappings, id)
  if (found !== undefined) return found
  const size = mappings.reduce((sum, one) => sum + one.size, 0)
  throw new UserError(
    `The id ${id} does not exist in this container: its user namespace has those from 0 to ${size - 1}.`,
    ENGINE_FAILED,
  )
}

/** Whom the kernel shows where an id has no number. proc_sys_fs(5), overflowuid */
const nobody = 65_534

/** From the ids that files have on the host to those that the container sees. */
export function idShift(spec: Pick<Spec, 'linux'>): IdShift | undefined {
  const maps = mapsOf(spec)
  if (maps === undefined) return undefined
  return { uid: (id) => within(maps.uid, id) ?? nobody, gid: (id) => within(maps.gid, id) ?? nobody }
}

const owned = ['ipc', 'uts', 'network'] as const

/** Since then the layers of an overlay may have id maps. */
const leastLinux = [5, 19] as const

function checkKernel(): void {
  const release = readFileSync('/proc/sys/kernel/osrelease', 'latin1').trim()
  const [major = 0, minor = 0] = release.split('.').map(Number)
  if (major > leastLinux[0] || (major === leastLinux[0] && minor >= leastLinux[1])) return
  throw refused(
    `A container with a user namespace needs Linux ${leastLinux.join('.')}, and this is ${release}.`,
  )
}

/**
 * Make the user namespace and all that shall belong to it, or take hold of that of the container whose network is shared.
 * @returns nothing for a container without one
 */
export function openUserNamespace(places: Places, state: State, spec: Spec): (Held & Disposable) | undefined {
  const maps = mapsOf(spec)
  if (maps === undefined) return undefined
  checkKernel()
  const held = ofAnother(places, state) ?? makeOwned(owned, maps)
  return { ...held, [Symbol.dispose]: () => letGo(held) }
}

function ofAnother(places: Places, { network }: State): Held | undefined {
  const id = sharedWith(network.mode)
  const other = id === undefined ? undefined : load(places, id)
  // one that does not run is complained about where its network is looked for
  return other && isRunning(other) ? { user: call(openNamespace(other.pid ?? 0, 'user')) } : undefined
}

/** For a list that is only printed. */
export const unopenedUsers = {
  user: named('<user namespace>'),
  ipc: named('<ipc namespace>'),
  uts: named('<uts namespace>'),
}

export function userNamespaceSteps(spec: Spec): Step[] {
  const maps = mapsOf(spec)
  return maps === undefined ? [] : ownedSteps(owned, maps)
}
