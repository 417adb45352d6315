// What is known of a container, on disk: `containers/<id>/state.json`, beside config.json (its OCI spec), `upper`
// and `work` (what it wrote), and the files it gets as /etc/hosts, /etc/hostname and /etc/resolv.conf.
//
// Written to a temporary file and renamed, so that a reader sees the old or the new state and never half of one.
// Whether a container runs is never read from here alone: the kernel is asked for the process.

import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { ProcessConfig } from '../image/manifest.ts'
import { exactJson, exactText } from '../security/exact-json.ts'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { flock } from '../syscall/file.ts'
import type { NetworkState } from './endpoint.ts'
import type { Health, HealthCheck } from './health.ts'
import type { Mounted } from './mount-request.ts'
import type { RunOptions } from './options.ts'
import type { Places } from './places.ts'
import { bootId, isAlive, ofAnotherBoot } from './process-info.ts'
import type { Spec } from './spec.ts'

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
  readonly network: NetworkState
  /** The ports that its programs listen at, as the image or the command line says: `80/tcp`. */
  readonly exposed?: readonly string[]
  /** What was asked for, to start it once more in the same way. */
  readonly options: RunOptions
  /** What its process is by the image and the command line: Config of `inspect`. */
  readonly config?: ProcessConfig
  /** Volumes, directories of the host: what is mounted besides the usual. */
  readonly mounts?: readonly Mounted[]
  /** The process that watches over it; none for one that was only created, and for one that has ended. */
  readonly engine?: { readonly pid: number; readonly started: number }
  readonly pid?: number
  /** The start of `pid`, as process-info.ts has it. */
  readonly started?: number
  readonly startedAt?: string
  readonly finishedAt?: string
  readonly exitCode?: number
  readonly oomKilled?: boolean
  /** Its processes are stopped where they are. */
  readonly paused?: boolean
  /** Why it could not be started the last time. */
  readonly error?: string
  readonly healthCheck?: HealthCheck
  readonly health?: Health
  /** How often its restart policy has started it. */
  readonly restartCount?: number
  /** Its restart policy will start it again: until then it waits. */
  readonly restarting?: boolean
  /** A person has stopped it, so its restart policy does not count until a person starts it. */
  readonly stoppedByHand?: boolean
  /** The machine goes down, or the service: it is stopped, and comes back with them if its restart policy says so. */
  readonly shutDown?: boolean
}

/** As it lies on the disk. */
interface Written extends State {
  /** The boot of the machine in which it was written. */
  readonly boot?: string
}

export type Status = 'created' | 'running' | 'paused' | 'restarting' | 'exited'

/** What the kernel says now. A container whose end no one recorded is exited, too. */
export function status(state: State): Status {
  if (state.pid !== undefined && state.finishedAt === undefined && isAlive(state.pid, state.started ?? 0))
    return state.paused ? 'paused' : 'running'
  if ((state.restarting || mayComeBack(state)) && isWatched(state)) return 'restarting'
  // one whose engine was killed before it had started anything has ended all the same
  const wasStarted = state.pid !== undefined || state.finishedAt !== undefined
  return wasStarted || (state.engine !== undefined && !isWatched(state)) ? 'exited' : 'created'
}

/** Its process has ended, no one has noted how, and so no one has asked its restart policy yet. */
function mayComeBack(state: State): boolean {
  const { pid, finishedAt, options } = state
  return pid !== undefined && finishedAt === undefined && options.restart !== undefined && !isStopped(state)
}

/** Is there a process in it, running or paused? */
export function isRunning(state: State): boolean {
  return ['running', 'paused'].includes(status(state))
}

/** Has it ended, and it is not written down yet how? */
export function hasUnnotedEnd(state: State): boolean {
  return state.finishedAt === undefined && status(state) === 'exited'
}

/** Does it run, or will its restart policy start it in a moment? */
export function isActive(state: State): boolean {
  return isRunning(state) || status(state) === 'restarting'
}

/** Does the process live that watches over it? */
export function isWatched({ engine }: State): boolean {
  return engine !== undefined && isAlive(engine.pid, engine.started)
}

/** Has someone asked for its end, so that its restart policy does not count now? */
export function isStopped({ stoppedByHand, shutDown }: State): boolean {
  return stoppedByHand === true || shutDown === true
}

/** The exit code; 255 if its watcher was killed before it could note one. */
export function exitCodeOf(state: State): number {
  return state.exitCode ?? 255
}

export function folder(places: Places, id: string): string {
  return join(places.containers, id)
}

export function save(places: Places, state: State): void {
  const written: Written = { ...state, boot: bootId() }
  const [path, spare] = ['state.json', 'spare'].map((name) => join(folder(places, state.id), name))
  try {
    writeWhole(path!, JSON.stringify(written))
  } catch (error) {
    // the disk is full: here is what was put by for that
    if (!isFull(error) || !existsSync(spare!)) throw error
    rmSync(spare!, { force: true })
    writeWhole(path!, JSON.stringify(written))
  }
  putBy(spare!)
}

/** Room for a state: that a container has ended can be noted, and it can be removed, when the disk is full. */
const spareRoom = 8192

function putBy(spare: string): void {
  if (existsSync(spare)) return
  try {
    writeFileSync(spare, Buffer.alloc(spareRoom, ' '), { mode: 0o600 })
  } catch (error) {
    rmSync(spare, { force: true })
    if (!isFull(error)) throw error
  }
}

/** There is no room left on the disk, or none for this user. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/**
 * Change what is written down. One at a time, for the engine and a person's command may do so at once; the kernel
 * drops the lock of the dead.
 * @returns the state as it is now; undefined if the container is gone
 */
export function update(places: Places, id: string, change: (state: State) => State): State | undefined {
  let lock: number
  try {
    lock = openSync(folder(places, id), 'r')
  } catch {
    return undefined
  }
  try {
    call(flock(lock, C.LOCK_EX))
    const before = load(places, id)
    if (before === undefined) return undefined
    const after = change(before)
    save(places, after)
    return after
  } finally {
    closeSync(lock)
  }
}

export function saveSpec(places: Places, id: string, spec: Spec): void {
  writeWhole(join(folder(places, id), 'config.json'), exactText(spec))
}

export function loadSpec(places: Places, id: string): Spec {
  return exactJson(readFileSync(join(folder(places, id), 'config.json'), 'utf8')) as Spec
}

function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`
  try {
    writeFileSync(temporary, text, { mode: 0o600 })
    renameSync(temporary, path)
  } catch (error) {
    // a disk that is full: half a file is of no use
    rmSync(temporary, { force: true })
    throw error
  }
}

/** The state of the container with this full id; undefined if there is none, or not yet. */
export function load(places: Places, id: string): State | undefined {
  try {
    return ofThisBoot(JSON.parse(readFileSync(join(folder(places, id), 'state.json'), 'utf8')) as Written)
  } catch {
    return undefined
  }
}

/**
 * After a reboot, other processes have the numbers of ours, and start times count from zero again: both could be the same
 * by accident. No process that was noted before it lives.
 */
function ofThisBoot({ boot, ...state }: Written): State {
  if (boot === undefined || boot === bootId()) return state
  const { engine } = state
  return { ...state, started: ofAnotherBoot, engine: engine && { ...engine, started: ofAnotherBoot } }
}

/** Is there a state at all, whether it can be read or not? */
export function isWrittenDown(places: Places, id: string): boolean {
  return existsSync(join(folder(places, id), 'state.json'))
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
