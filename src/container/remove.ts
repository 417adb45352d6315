// A container is forgotten, with everything that it wrote.

import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { SIGKILL } from '../syscall/constants.ts'
import { recordOf } from './events.ts'
import { find, forget } from './named.ts'
import type { Places } from './places.ts'
import { hasUnnotedEnd, isActive, isWatched, load, type State, status } from './state.ts'
import { whileStays } from './stay.ts'
import { over } from './stop.ts'
import { UserError } from './user-error.ts'
import { removeAnonymous } from './volumes.ts'

export interface RemoveOptions {
  /** Kill it first, if it runs. */
  readonly force?: boolean
  /** Its anonymous volumes, too. */
  readonly volumes?: boolean
}

/**
 * Remove the container that `wanted` means. A running one is refused, or killed with `force`.
 * @throws UserError in Docker's words
 */
export async function remove(
  places: Places,
  hierarchy: Hierarchy,
  wanted: string,
  { force = false, volumes = false }: RemoveOptions = {},
): Promise<void> {
  const { id } = find(places, wanted)
  for (let removed: State | undefined; removed === undefined; ) {
    const state = load(places, id)
    // one that was removed at its end, or by somebody else
    if (state === undefined) return
    if (isActive(state) && !force) {
      throw new UserError(
        `cannot remove container "${state.name}": container is ${status(state)}: stop the container before removing or force remove`,
      )
    }
    if (isActive(state) || hasUnnotedEnd(state)) await end(places, hierarchy, state)
    removed = whileStays(places, id, (now) => {
      // somebody may have started it in this moment
      if (isActive(now) || (hasUnnotedEnd(now) && isWatched(now))) return undefined
      hierarchy.remove(now.cgroup)
      forget(places, id, now.name)
      if (volumes) removeAnonymous(places, now)
      recordOf(places, now, 'destroy')
      return now
    })
  }
}

/** Its watcher notes the end and clears away. */
async function end(places: Places, hierarchy: Hierarchy, state: State): Promise<void> {
  const kill = async (running: State) => {
    recordOf(places, running, 'kill', { signal: String(SIGKILL) })
    hierarchy.kill(running.cgroup)
  }
  await over(places, hierarchy, state.id, { stoppedByHand: true }, kill)
}
