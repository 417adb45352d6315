// The end of a container: what is noted, and what is taken away. Every step may have been made before, by this process or
// by another one that found the container dead.

import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { type End, exitCode } from '../syscall/wait.ts'
import type { NetworkState } from './endpoint.ts'
import { recordOf, recordUse } from './events.ts'
import { tellNames } from './name-lookup.ts'
import { forget, forgetUnfinished } from './named.ts'
import { withdrawAll } from './network.ts'
import type { Places } from './places.ts'
import { exitCodeOf, hasUnnotedEnd, isFull, isWatched, list, load, type State, update } from './state.ts'
import { whileStays } from './stay.ts'
import { removeAnonymous } from './volumes.ts'

/**
 * Note how the container ended and release what it held: its cgroup with all that is left in it, its place for
 * mounts, and, with `--rm`, everything.
 * @param willRestart it will be started again in a moment: it is still watched, and nothing is forgotten
 * @returns the state as it was noted
 */
export function finish(
  places: Places,
  hierarchy: Hierarchy,
  state: State,
  end: End | undefined,
  { willRestart = false } = {},
): State {
  const oomKilled = hierarchy.events(state.cgroup).oomKills > 0
  hierarchy.remove(state.cgroup)
  // a person may have connected it with other networks since it was started
  const now = load(places, state.id) ?? state
  withdrawAll(places, now.network)
  tellNames(places, now.network.networks)
  const noted = (before: State): State => ({
    ...before,
    finishedAt: new Date().toISOString(),
    oomKilled,
    ...(end === undefined ? {} : { exitCode: exitCode(end) }),
    paused: undefined,
    network: released(before.network),
    ...(willRestart ? { restarting: true } : { engine: undefined, restarting: undefined }),
  })
  // first: whoever waits for the end goes on as soon as it is noted, with events of its own
  recordEnd(places, noted(now))
  // someone may have removed it in the meantime
  const ended = update(places, state.id, noted) ?? noted(now)
  if (state.autoRemove && !willRestart) {
    forget(places, state.id, ended.name)
    removeAnonymous(places, ended)
    recordOf(places, ended, 'destroy')
  }
  return ended
}

function recordEnd(places: Places, ended: State): void {
  if (ended.oomKilled) recordOf(places, ended, 'oom')
  recordOf(places, ended, 'die', { exitCode: String(exitCodeOf(ended)) })
  recordUse(places, ended, false)
}

/** What a network has given is its own again. */
function released(network: NetworkState): NetworkState {
  const networks = network.networks.map(({ given, ...endpoint }) => endpoint)
  return { ...network, networks, ports: [] }
}

/** Containers whose watcher is gone and whose processes are dead: finish them in its place. */
export function sweep(places: Places, hierarchy: Hierarchy): void {
  for (const state of list(places)) {
    try {
      finishAbandoned(places, hierarchy, state)
    } catch (error) {
      // what cannot be noted on a full disk is noted later: all that it held is released, and status() tells the truth
      if (!isFull(error)) throw error
    }
  }
  forgetUnfinished(places)
}

/** Finish this one, if nobody else has done so meanwhile. @returns it, as it is now; undefined if it is gone */
export function finishAbandoned(places: Places, hierarchy: Hierarchy, state: State): State | undefined {
  if (!isAbandoned(state)) return state
  return whileStays(places, state.id, (now) =>
    isAbandoned(now) ? finish(places, hierarchy, now, undefined) : now,
  )
}

/** Has it ended without anybody to note that? */
function isAbandoned(state: State): boolean {
  return hasUnnotedEnd(state) && !isWatched(state)
}
