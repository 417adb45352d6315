// What is known of a container, on disk: `containers/<id>/state.json`, beside config.json (its OCI spec), `upper`
// and `work` (what it wrote), and the files it gets as /etc/hosts, /etc/hostname and /etc/resolv.conf.
//
// Written to a temporary file and renamed, so that a reader sees the old or the new state and never half of one.
// Whether a container runs is never read from here alone: the kernel is asked for the process.

import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { flock } from '../syscall/file.ts'
import type { Places } from './places.ts'
import { isAlive } from './process-info.ts'
import type { Spec } from './spec.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

export interface State {
  readonly id: string
  readonly name: string
  /** The image as it was asked for, and the digest of its config. */
  readonly image: string
  readonly imageId: string
  /** The layers' directory names, top first. */
  readonly layers: readonly string[]
  /** What runs in it, as `docker ps` shows it. */
  readonly command: readonly string[]
  /** RFC 3339 */
  readonly created: string
  readonly autoRemove: boolean
  readonly cgroup: string
  readonly network: {
    readonly mode: 'bridge' | 'none' | 'host'
    readonly address?: string
    readonly gateway?: string
    readonly mac?: string
    readonly link?: string
  }
  /** The process that watches over it. */
  readonly engine: { readonly pid: number; readonly started: number }
  readonly pid?: number
  /** The start of `pid`, as process-info.ts has it. */
  readonly started?: number
  readonly startedAt?: string
  readonly finishedAt?: string
  readonly exitCode?: number
  readonly oomKilled?: boolean
}

export type Status = 'created' | 'running' | 'exited'

/** What the kernel says now. A container whose end no one recorded is exited, too. */
export function status(state: State): Status {
  if (state.finishedAt !== undefined) return 'exited'
  if (state.pid === undefined) return isAlive(state.engine.pid, state.engine.started) ? 'created' : 'exited'
  return isAlive(state.pid, state.started ?? 0) ? 'running' : 'exited'
}

/** The exit code; 255 if its watcher was killed before it could note one. */
export function exitCodeOf(state: State): number {
  return state.exitCode ?? 255
}

export function folder(places: Places, id: string): string {
  return join(places.containers, id)
}

export function save(places: Places, state: State): void {
  writeWhole(join(folder(places, state.id), 'state.json'), JSON.stringify(state))
}

export function saveSpec(places: Places, id: string, spec: Spec): void {
  writeWhole(join(folder(places, id), 'config.json'), JSON.stringify(spec))
}

export function loadSpec(places: Places, id: string): Spec {
  return JSON.parse(readFileSync(join(folder(places, id), 'config.json'), 'utf8')) as Spec
}

function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, text, { mode: 0o600 })
  renameSync(temporary, path)
}

/** The state of the container with this full id; undefined if there is none, or not yet. */
export function load(places: Places, id: string): State | undefined {
  try {
    return JSON.parse(readFileSync(join(folder(places, id), 'state.json'), 'utf8')) as State
  } catch {
    return undefined
  }
}

/** All containers, the newest first. */
export function list(places: Places): State[] {
  const states = ids(places).map((id) => load(places, id))
  return states.filter((s) => s !== undefined).sort((a, b) => (a.created < b.created ? 1 : -1))
}

/** The ids of all containers, also of those whose making broke off. */
export function ids(places: Places): string[] {
  try {
    return readdirSync(places.containers)
  } catch {
    return []
  }
}

/**
 * Make the folder of a new container, take its name, and write its state.
 * @param otherName makes up another name if this one is taken: for a container to which nobody gave one
 * @returns the state with the name that the container got
 * @throws UserError if another container has the name; nothing is left then
 */
export function claim(places: Places, state: State, otherName?: () => string): State {
  mkdirSync(places.containers, { recursive: true, mode: 0o700 })
  mkdirSync(places.names, { recursive: true, mode: 0o700 })
  mkdirSync(folder(places, state.id), { mode: 0o700 })
  try {
    return takeName(places, state, otherName)
  } catch (error) {
    rmSync(folder(places, state.id), { recursive: true, force: true })
    throw error
  }
}

/** One at a time: to look whether a name is free and to take it are two steps. The kernel drops the lock of the dead. */
function takeName(places: Places, wanted: State, otherName?: () => string): State {
  const names = openSync(places.names, 'r')
  try {
    call(flock(names, C.LOCK_EX))
    let state = wanted
    for (let holder = holderOf(places, state.name); holder; holder = holderOf(places, state.name)) {
      if (!otherName) throw conflict(state.name, holder)
      state = { ...state, name: otherName() }
    }
    save(places, state)
    const link = join(places.names, state.name)
    // that of a container that is gone
    rmSync(link, { force: true })
    symlinkSync(state.id, link)
    return state
  } finally {
    closeSync(names)
  }
}

/** The container that has the name, if it is still there. */
function holderOf(places: Places, name: string): string | undefined {
  const id = named(places, name)
  return id !== undefined && load(places, id) ? id : undefined
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
  rmSync(folder(places, id), { recursive: true, force: true })
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
  const exact = wanted.includes('/') ? undefined : (named(places, wanted) ?? wanted)
  const state = exact ? load(places, exact) : undefined
  if (state) return state
  const matching = /^[0-9a-f]+$/.test(wanted) ? ids(places).filter((id) => id.startsWith(wanted)) : []
  if (matching.length > 1) throw new UserError(`Multiple IDs found with provided prefix: ${wanted}`)
  const found = matching[0] ? load(places, matching[0]) : undefined
  if (!found) throw new UserError(`No such container: ${wanted}`)
  return found
}
