// Volumes: directories that outlive containers. Each is a folder of its own with the data and a file that says when it
// was made. Undone by `remove`, and by nothing else: no container takes its data along.
//
//   volumes/<name>/_data          what the container sees
//   volumes/<name>/volume.json

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { removeTree } from '../rootfs/remove-tree.ts'
import { whileLocked } from '../syscall/lock.ts'
import { record } from './events.ts'
import type { Places } from './places.ts'
import { list, type State } from './state.ts'
import { UserError } from './user-error.ts'

export interface Volume {
  readonly name: string
  /** RFC 3339 */
  readonly created: string
  readonly labels: Readonly<Record<string, string>>
  /** It was made for one container that gave it no name. */
  readonly isAnonymous: boolean
}

/** No volume begins with a dot. */
const leavingPrefix = '.leaving-'

const nameRule = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/

export function checkVolumeName(name: string): void {
  if (nameRule.test(name)) return
  throw new UserError(
    `create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
    125,
  )
}

/** The directory that a container sees. */
export function dataOf(places: Places, name: string): string {
  return join(places.volumes, name, '_data')
}

/**
 * Nobody removes a volume meanwhile, nor makes or fills one. Whoever wants to use one has written that down before, so
 * that it is in use for all who come later.
 */
export function whileVolumesStay<T>({ volumes }: Places, work: () => T): T {
  // others must not reach set-user-ID programs that a container has left in there
  mkdirSync(volumes, { recursive: true, mode: 0o700 })
  if ((statSync(volumes).mode & 0o077) !== 0) chmodSync(volumes, 0o700)
  return whileLocked(volumes, work)
}

/** Make the volume if there is none of this name. @param owner of its directory: who the container's root is on the host */
export function ensureVolume(
  places: Places,
  wanted: Omit<Volume, 'created'>,
  owner = { uid: 0, gid: 0 },
): Volume {
  checkVolumeName(wanted.name)
  const found = loadVolume(places, wanted.name)
  if (found) return found
  const volume = { ...wanted, created: new Date().toISOString() }
  const home = join(places.volumes, wanted.name)
  try {
    mkdirSync(dataOf(places, wanted.name), { recursive: true, mode: 0o755 })
    if (owner.uid !== 0 || owner.gid !== 0) chownSync(dataOf(places, wanted.name), owner.uid, owner.gid)
    const temporary = join(home, `volume.json.${process.pid}`)
    writeFileSync(temporary, JSON.stringify(volume), { mode: 0o600 })
    renameSync(temporary, join(home, 'volume.json'))
  } catch (error) {
    removeTree(home)
    throw error
  }
  record(places, 'volume', 'create', wanted.name, { driver: 'local' })
  return volume
}

function loadVolume(places: Places, name: string): Volume | undefined {
  if (!nameRule.test(name) || !existsSync(dataOf(places, name))) return undefined
  try {
    return JSON.parse(readFileSync(join(places.volumes, name, 'volume.json'), 'utf8')) as Volume
  } catch {
    // its making broke off between two steps: the data is there, and what is not known is said so
    return { name, created: new Date(0).toISOString(), labels: {}, isAnonymous: false }
  }
}

/** @throws UserError in Docker's words */
export function findVolume(places: Places, name: string): Volume {
  const volume = loadVolume(places, name)
  if (volume === undefined) throw new UserError(`get ${name}: no such volume`)
  return volume
}

/** All volumes, by name. */
export function listVolumes(places: Places): Volume[] {
  if (!existsSync(places.volumes)) return []
  return readdirSync(places.volumes)
    .sort()
    .map((name) => loadVolume(places, name))
    .filter((volume) => volume !== undefined)
}

/** The ids of the containers that have the volume mounted, running or not. */
export function usersOf(places: Places, name: string): string[] {
  return list(places)
    .filter(({ mounts = [] }) => mounts.some((mount) => mount.type === 'volume' && mount.name === name))
    .map(({ id }) => id)
}

/** Remove the volumes that were made for this container alone. Those that another one uses by now stay. */
export function removeAnonymous(places: Places, { mounts = [] }: Pick<State, 'mounts'>): void {
  const anonymous = mounts.flatMap(({ name, isAnonymous }) => (isAnonymous && name ? [name] : []))
  if (anonymous.length === 0) return
  whileVolumesStay(places, () => {
    for (const name of anonymous) if (usersOf(places, name).length === 0) takeAway(places, name)
  })
}

/** Remove the volume with its data. @throws UserError if a container uses it */
export function removeVolume(places: Places, name: string): void {
  whileVolumesStay(places, () => {
    findVolume(places, name)
    const users = usersOf(places, name)
    if (users.length > 0) throw new UserError(`remove ${name}: volume is in use - [${users.join(', ')}]`)
    takeAway(places, name)
  })
  record(places, 'volume', 'destroy', name, { driver: 'local' })
}

/** Remove the volume if it is there, and no container uses it. @returns whether it was removed */
export function removeUnused(places: Places, name: string): boolean {
  try {
    removeVolume(places, name)
    return true
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

/** Remove what was killed while it made volumes, or removed them. @returns their names */
export function clearHalves(places: Places): string[] {
  if (!existsSync(places.volumes)) return []
  return whileVolumesStay(places, () => {
    const left = readdirSync(places.volumes).filter(
      (name) => name.startsWith(leavingPrefix) || (nameRule.test(name) && !existsSync(dataOf(places, name))),
    )
    for (const name of left) removeTree(join(places.volumes, name))
    return left.map((name) => name.replace(leavingPrefix, ''))
  })
}

/** Out of sight first: half of a volume must not be taken for a whole one. */
function takeAway({ volumes }: Places, name: string): void {
  const leaving = join(volumes, `${leavingPrefix}${name}`)
  // whoever wrote down that it would make the volume may have been killed before it did
  if (!existsSync(join(volumes, name))) return
  removeTree(leaving)
  renameSync(join(volumes, name), leaving)
  removeTree(leaving)
}
