// Who starts a container that was made before, or has ended? One at a time: it is noted as the one who watches over it,
// until the supervisor, whom it asks for, notes itself.

import { setTimeout } from 'node:timers/promises'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { finishAbandoned } from './finish.ts'
import type { Places } from './places.ts'
import { startTime } from './process-info.ts'
import { hasUnnotedEnd, isActive, isWatched, load, type State, status, update } from './state.ts'
import { UserError } from './user-error.ts'

/**
 * Be the one who starts it. If somebody else does so at the moment, or its end is being noted, that is waited for.
 * @returns undefined if it runs already
 * @throws UserError if it is paused, or is not there
 */
export async function takeForStart(
  places: Places,
  hierarchy: Hierarchy,
  id: string,
): Promise<State | undefined> {
  for (;;) {
    const found = load(places, id)
    if (found) finishAbandoned(places, hierarchy, found)
    let isOurs = false
    const state = update(places, id, (before) => {
      isOurs = !isActive(before) && !isWatched(before) && !hasUnnotedEnd(before)
      return isOurs ? taken(before) : before
    })
    if (state === undefined) throw new UserError(`No such container: ${id}`)
    if (isOurs) return state
    if (status(state) === 'paused')
      throw new UserError('cannot start a paused container, try unpause instead')
    if (isActive(state)) return undefined
    await setTimeout(10)
  }
}

/** A start that came to nothing: nobody watches over it. */
export function letGo(places: Places, id: string): void {
  update(places, id, (before) =>
    before.engine?.pid === process.pid ? { ...before, engine: undefined } : before,
  )
}

function taken(before: State): State {
  return {
    ...before,
    stoppedByHand: undefined,
    restartCount: undefined,
    engine: { pid: process.pid, started: startTime(process.pid) ?? 0 },
  }
}
