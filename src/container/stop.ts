// The end of a container that a person asks for: its stop signal, some patience, and then SIGKILL.

import { constants } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { attempt } from '../syscall/call.ts'
import { now } from '../syscall/clock.ts'
import * as C from '../syscall/constants.ts'
import { close } from '../syscall/file.ts'
import { kill, pidfd_open, pidfd_send_signal } from '../syscall/process.ts'
import { recordOf } from './events.ts'
import { finishAbandoned } from './finish.ts'
import type { Places } from './places.ts'
import { isAlive } from './process-info.ts'
import {
  isActive,
  isFull,
  isRunning,
  isStopped,
  isWatched,
  load,
  type State,
  status,
  update,
} from './state.ts'
import { UserError } from './user-error.ts'

const usualPatience = 10
/** How long its watcher may take to note an end, in milliseconds: it may have to become Node first, on a machine that is busy. */
const settling = 60_000

export interface StopOptions {
  /** Instead of the container's own stop signal. */
  readonly signal?: string
  /** From that signal to SIGKILL; a negative number is for ever. */
  readonly seconds?: number
  /** Nobody wants it stopped, but the machine goes down: its restart policy brings it back with it. */
  readonly shutDown?: boolean
}

/**
 * Stop the container, and wait until its end is noted. One that does not run is left as it is, but its restart policy
 * forgets it, too.
 */
export async function stop(
  places: Places,
  hierarchy: Hierarchy,
  { id }: State,
  { signal, seconds, shutDown = false }: StopOptions = {},
): Promise<void> {
  const why = shutDown ? { shutDown } : { stoppedByHand: true }
  const state = await over(places, hierarchy, id, why, async (running) => {
    if (running.paused) unpause(places, hierarchy, running)
    const asks = signal ?? running.options.stopSignal ?? 'SIGTERM'
    recordOf(places, running, 'kill', { signal: String(signalNumber(asks)) })
    send(running, asks)
    await ends(running, (seconds ?? running.options.stopTimeout ?? usualPatience) * 1000)
    if (!isRunning(running)) return
    recordOf(places, running, 'kill', { signal: String(C.SIGKILL) })
    hierarchy.kill(running.cgroup)
  })
  if (state) recordOf(places, state, 'stop')
}

/** Note who wants its end. If it waits for its next start, there is no process but the one that waits. */
function want(places: Places, id: string, why: Why): State | undefined {
  const state = noteIfPossible(places, id, why)
  if (state && status(state) === 'restarting') attempt(kill(state.engine!.pid, C.SIGTERM))
  return state
}

/** A disk that is full does not keep a container from being stopped. */
function noteIfPossible(places: Places, id: string, why: Why): State | undefined {
  try {
    return update(places, id, (before) => ({ ...before, ...why }))
  } catch (error) {
    if (!isFull(error)) throw error
    return load(places, id)
  }
}

function finishIfPossible(places: Places, hierarchy: Hierarchy, state: State): void {
  try {
    finishAbandoned(places, hierarchy, state)
  } catch (error) {
    if (!isFull(error)) throw error
  }
}

type Why = Pick<State, 'stoppedByHand'> | Pick<State, 'shutDown'>

/**
 * See to it that the container does not run, and that its end is noted, by its watcher, or here if that is dead.
 * @param why is noted: so its restart policy does not count
 * @param end brings the run to its end that is under way; it may be another one the next time, if somebody has just started it
 * @returns it, as it was in the beginning; undefined if it is gone
 * @throws UserError if it does not end
 */
export async function over(
  places: Places,
  hierarchy: Hierarchy,
  id: string,
  why: Why,
  end: (running: State) => Promise<void>,
): Promise<State | undefined> {
  const first = want(places, id, why)
  let last: number | undefined
  let deadline = now() + settling
  for (let wait = 1; now() < deadline; wait = Math.min(2 * wait, 10)) {
    const state = load(places, id)
    if (state === undefined) return first
    // somebody has started it since, and may have changed what is noted
    if (isActive(state) && !isStopped(state)) want(places, id, why)
    if (isRunning(state) && state.pid !== last) {
      last = state.pid
      await end(state)
      deadline = now() + settling
      wait = 1
    } else if (!isRunning(state) && !isWatched(state)) {
      finishIfPossible(places, hierarchy, state)
      return first
    } else await setTimeout(wait)
  }
  throw new UserError(doesNotEnd(places, id))
}

function doesNotEnd(places: Places, id: string): string {
  const state = load(places, id)
  const what = `container ${id.slice(0, 12)}`
  if (state && isRunning(state))
    return `${what} was killed and does not end: its process ${state.pid} waits for something that does not come, a disk or a network file system (state D in ps)`
  return `the end of ${what} has not been noted: its watcher hangs. Kill it: kill -9 ${state?.engine?.pid}`
}

/** Wait until its first process has ended, or the time is over. A negative time is for ever. */
async function ends(state: State, milliseconds: number): Promise<void> {
  const deadline = milliseconds < 0 ? Number.POSITIVE_INFINITY : now() + milliseconds
  for (let wait = 1; isAlive(state.pid ?? 0, state.started ?? 0); wait = Math.min(2 * wait, 10)) {
    const left = deadline - now()
    if (left <= 0) return
    await setTimeout(Math.min(wait, left))
  }
}

/**
 * Send a signal to the container's first process: by a descriptor, which cannot come to mean another one.
 * @param signal SIGTERM, TERM or 15
 * @throws UserError if there is no such signal
 */
export function send(state: State, signal: string): void {
  const number = signalNumber(signal)
  const pidfd = attempt(pidfd_open(state.pid ?? 0))
  if (pidfd < 0) return
  if (isAlive(state.pid ?? 0, state.started ?? 0)) attempt(pidfd_send_signal(pidfd, number))
  attempt(close(pidfd))
}

/** @throws UserError in Docker's words */
export function signalNumber(signal: string): number {
  const name = signal.toUpperCase().replace(/^(SIG)?/, 'SIG')
  const known = (constants.signals as Readonly<Record<string, number>>)[name]
  const realTime = /^SIGRTM(IN(?:\+(\d+))?|AX(?:-(\d+))?)$/.exec(name)
  const number =
    known ??
    (realTime
      ? realTime[1]!.startsWith('IN')
        ? 34 + Number(realTime[2] ?? 0)
        : 64 - Number(realTime[3] ?? 0)
      : undefined) ??
    (/^\d+$/.test(signal) ? Number(signal) : undefined)
  if (number === undefined || number < 1 || number > 64) throw new UserError(`Invalid signal: ${signal}`)
  return number
}

/** Stop all processes of the container where they are. @throws UserError, CgroupError */
export function pause(places: Places, hierarchy: Hierarchy, state: State): void {
  if (status(state) === 'paused') throw new UserError(`Container ${state.id} is already paused`)
  if (status(state) !== 'running') throw new UserError(`Container ${state.id} is not running`)
  // noted first: if we are killed in between, one that is told to go on goes on
  const note = (paused: true | undefined) => update(places, state.id, (before) => ({ ...before, paused }))
  note(true)
  try {
    hierarchy.freeze(state.cgroup)
  } catch (error) {
    note(undefined)
    throw error
  }
  recordOf(places, state, 'pause')
}

/** Let them go on. @throws UserError */
export function unpause(places: Places, hierarchy: Hierarchy, state: State): void {
  if (status(state) !== 'paused') throw new UserError(`Container ${state.id} is not paused`)
  hierarchy.thaw(state.cgroup)
  update(places, state.id, (before) => ({ ...before, paused: undefined }))
  recordOf(places, state, 'unpause')
}
