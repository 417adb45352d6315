// The names of containers: one symbolic link each, from the name to the id. A container is claimed, renamed, found and
// forgotten here.

import { mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { removeTree } from '../rootfs/remove-tree.ts'
import { whileLocked } from '../syscall/lock.ts'
import { recordOf } from './events.ts'
import { tellNames } from './name-lookup.ts'
import type { Places } from './places.ts'
import { folder, ids, isWrittenDown, list, load, type State, save, update } from './state.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

/**
 * Make the folder of a new container, take its name, and write its state. The state is the last thing to be written: a
 * folder that has none is no container, and a name that leads to a state which has another is free.
 * @param furnish puts into the folder whatever belongs to a container
 * @param otherName makes up another name if this one is taken: for a container to which nobody gave one
 * @returns the state with the name that the container got
 * @throws UserError if another container has the name; nothing is left then
 */
export function claim(
  places: Places,
  state: State,
  otherName?: () => string,
  furnish: () => void = () => {},
): State {
  mkdirSync(places.containers, { recursive: true, mode: 0o700 })
  mkdirSync(places.names, { recursive: true, mode: 0o700 })
  return whileNamesStay(places, () => {
    const named = withFreeName(places, state, otherName)
    mkdirSync(folder(places, named.id), { mode: 0o700 })
    try {
      furnish()
      link(places, named)
      save(places, named)
      return named
    } catch (error) {
      rmSync(join(places.names, named.name), { force: true })
      removeTree(folder(places, named.id))
      throw error
    }
  })
}

function withFreeName(places: Places, wanted: State, otherName?: () => string): State {
  let state = wanted
  for (let holder = holderOf(places, state.name); holder; holder = holderOf(places, state.name)) {
    if (!otherName) throw conflict(state.name, holder)
    state = { ...state, name: otherName() }
  }
  return state
}

/** Remove the folders that have no state: whoever began one, in claim(), was killed before its state was there. */
export function forgetUnfinished(places: Places): void {
  const unfinished = () => ids(places).filter((id) => !isWrittenDown(places, id))
  if (unfinished().length === 0) return
  whileNamesStay(places, () => {
    for (const id of unfinished()) removeTree(folder(places, id))
  })
}

/**
 * Give the container another name.
 * @throws UserError if another container has it, or if it is no name
 */
export function rename(places: Places, id: string, name: string): void {
  whileRenaming(() => checkName(name, `/${name}`))
  const renamed = whileNamesStay(places, () => {
    const holder = holderOf(places, name)
    if (holder === id) throw new UserError('Renaming a container with the same name as its current name')
    if (holder)
      whileRenaming(() => {
        throw conflict(name, holder)
      })
    const before = load(places, id)?.name
    // the link first, for whatever has a name is found by it
    link(places, { id, name })
    const after = noteName(places, id, name)
    if (before === undefined || !after) return
    rmSync(join(places.names, before), { force: true })
    recordOf(places, after, 'rename', { oldName: `/${before}` })
    return after
  })
  if (renamed) tellNames(places, renamed.network.networks)
}

function whileRenaming(work: () => void): void {
  try {
    work()
  } catch (error) {
    throw new UserError(`Error when allocating new name: ${(error as Error).message}`)
  }
}

function noteName(places: Places, id: string, name: string): State | undefined {
  try {
    return update(places, id, (state) => ({ ...state, name }))
  } catch (error) {
    rmSync(join(places.names, name), { force: true })
    throw error
  }
}

/** @throws UserError in Docker's words */
export function checkName(name: string, shown = name): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) return
  throw new UserError(
    `Invalid container name (${shown}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
    ENGINE_FAILED,
  )
}

function link(places: Places, { id, name }: Pick<State, 'id' | 'name'>): void {
  const path = join(places.names, name)
  // that of a container that is gone
  rmSync(path, { force: true })
  symlinkSync(id, path)
}

/** One at a time: to look whether a name is free and to take it are two steps. The kernel drops the lock of the dead. */
function whileNamesStay<T>(places: Places, work: () => T): T {
  return whileLocked(places.names, work)
}

/** The container that has the name, if it is still there. A link may be left over, also of one that was renamed. */
function holderOf(places: Places, name: string): string | undefined {
  const id = named(places, name)
  return id !== undefined && load(places, id)?.name === name ? id : undefined
}

function conflict(name: string, holder: string): UserError {
  return new UserError(
    `Conflict. The container name "/${name}" is already in use by container "${holder}". You have to remove (or rename) that container to be able to reuse that name.`,
    ENGINE_FAILED,
  )
}

/** Forget the container and its name. */
export function forget(places: Places, id: string, name: string): void {
  if (named(places, name) === id) rmSync(join(places.names, name), { force: true })
  removeTree(folder(places, id))
}

function named(places: Places, name: string): string | undefined {
  try {
    return readlinkSync(join(places.names, name))
  } catch {
    return undefined
  }
}

/**
 * The container that a person means: by name, full id, or the beginning of an id that fits one only.
 * @throws UserError in Docker's words
 */
export function find(places: Places, wanted: string): State {
  const exact = wanted.includes('/') ? undefined : (holderOf(places, wanted) ?? wanted)
  const state = exact ? load(places, exact) : undefined
  if (state) return state
  const matching = /^[0-9a-f]+$/.test(wanted) ? ids(places).filter((id) => id.startsWith(wanted)) : []
  if (matching.length > 1) throw new UserError(`Multiple IDs found with provided prefix: ${wanted}`)
  // one whose remover was killed has lost its name already, and is still listed with it
  const found = matching[0] ? load(places, matching[0]) : list(places).find(({ name }) => name === wanted)
  if (!found) throw new UserError(`No such container: ${wanted}`)
  return found
}
