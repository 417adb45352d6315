// From the container's first start to its last end: run after run, as its restart policy wants.

import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { finish } from '../container/finish.ts'
import type { Places } from '../container/places.ts'
import { exitCodeOf, isStopped, load, type State, update } from '../container/state.ts'
import { ENGINE_FAILED, UserError } from '../container/user-error.ts'
import { release } from '../network/reserve.ts'
import { now } from '../syscall/clock.ts'
import { type End, exitCode, wait } from '../syscall/wait.ts'
import type { StartFailure } from './frame.ts'
import { type HealthWatch, watchHealth } from './health-watch.ts'
import type { LogFile } from './log-file.ts'
import { type Handover, naps } from './nap.ts'
import { backOff, restarts } from './restart-policy.ts'
import { type Ends, type Streams, streamsOf } from './streams.ts'
import type { Visitors } from './visitors.ts'

/** All that a supervisor has at hand. */
export interface Post {
  readonly id: string
  readonly places: Places
  readonly hierarchy: Hierarchy
  readonly guests: Visitors
  readonly log: LogFile | undefined
  /** The socket at which visitors are welcomed. */
  readonly door: number
  /** The command line that leads here. */
  readonly program: readonly string[]
  /** Those of the present run. */
  streams?: Streams
  /** Of the present run, if its health is looked at. */
  health?: HealthWatch
}

/** One run of the container, from start to end. */
export interface Run {
  readonly pid: number
  readonly ends: Ends
  /** When it began, by the clock of syscall/clock.ts. */
  readonly since: number
  /** These descriptors hold its ports. */
  readonly sockets: readonly number[]
}

/**
 * @param handover the run that is under way, if this supervisor wakes up from a nap
 * @returns the last exit code, or why it could not be started
 */
export async function live(
  post: Post,
  handover: Handover | undefined,
  begin: () => Run,
): Promise<number | StartFailure> {
  const { id, places, hierarchy } = post
  let delay = handover?.delay
  for (let run: Run | undefined = handover; ; run = undefined) {
    try {
      run ??= begin()
    } catch (error) {
      return notStarted(post, error)
    }
    const end = await endOf(post, run, delay, handover)
    const state = load(places, id)
    const willRestart = state !== undefined && isWanted(state, end)
    // someone may have removed it, with all that was known of it
    if (state === undefined) return exitCode(end)
    const noted = finish(places, hierarchy, state, end, { willRestart })
    release(run.sockets)
    if (!willRestart) return exitCodeOf(noted)
    delay = backOff(delay, now() - run.since)
    if (!(await waits(post, delay))) return exitCodeOf(noted)
  }
}

/** Until the run has ended, and all that it wrote is in the log and with the visitors. */
async function endOf(
  post: Post,
  run: Run,
  delay: number | undefined,
  handover: Handover | undefined,
): Promise<End> {
  const { guests, log } = post
  const nap = naps(post, run, delay, handover)
  const streams = streamsOf(run.ends, {
    read: (bytes, stream) => {
      nap.notYet()
      log?.write(bytes, stream)
      guests.tell(stream === 'stdout' ? '1' : '2', bytes)
      return guests.keepUp()
    },
    end: (stream) => log?.end(stream),
  })
  post.streams = streams
  const check = load(post.places, post.id)?.healthCheck
  post.health = check && watchHealth(post.places, post.hierarchy, post.id, check, run.since, handover?.due)
  const ended = wait(run.pid)
  void ended.then(() => {
    nap.never()
    post.health?.stop()
  })
  await streams.finished(ended)
  return ended
}

function isWanted(state: State, end: End): boolean {
  const { options, restartCount = 0 } = state
  const ended = { exitCode: exitCode(end), stopped: isStopped(state), restarts: restartCount }
  return restarts(options.restart, ended)
}

/** Wait for the next start. @returns false if a person stops or removes the container meanwhile */
async function waits({ id, places }: Post, milliseconds: number): Promise<boolean> {
  const woken = Promise.withResolvers<void>()
  const timer = setTimeout(woken.resolve, milliseconds)
  process.once('SIGTERM', woken.resolve)
  const state = load(places, id)
  // somebody has asked for its end while that was being noted
  if (state === undefined || isStopped(state)) woken.resolve()
  await woken.promise
  clearTimeout(timer)
  process.off('SIGTERM', woken.resolve)
  const after = update(places, id, (before) =>
    isStopped(before)
      ? { ...before, restarting: undefined, engine: undefined }
      : { ...before, restartCount: (before.restartCount ?? 0) + 1 },
  )
  return after !== undefined && !isStopped(after)
}

function notStarted({ id, places }: Post, error: unknown): StartFailure {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof UserError ? error.exitCode : ENGINE_FAILED
  update(places, id, (before) => ({
    ...before,
    error: message,
    exitCode: code,
    restarting: undefined,
    engine: undefined,
  }))
  return { message, exitCode: code }
}
