// What a machine does with its containers when it starts and when it goes down. A reboot is the end of every process;
// which containers come back is written down with them: their restart policies, and whether a person had stopped them.

import type { Hierarchy } from '../cgroup/hierarchy.ts'
import type { Places } from '../container/places.ts'
import { isActive, list, type State } from '../container/state.ts'
import { stop } from '../container/stop.ts'
import { startsAtBoot } from './restart-policy.ts'

/** The containers that are to be started, the oldest first: what shares another's network comes after that. */
export function containersToStart(places: Places): State[] {
  return list(places)
    .filter((state) => {
      if (isActive(state)) return false
      const { options, startedAt, stoppedByHand = false } = state
      return startsAtBoot(options.restart, { wasStarted: startedAt !== undefined, stoppedByHand })
    })
    .toReversed()
}

/**
 * Stop all containers at once, each by its own signal and in its own time. They are not stopped by a person, so those
 * with a restart policy come back.
 * @param failed told of what could not be stopped
 */
export async function stopAll(
  places: Places,
  hierarchy: Hierarchy,
  failed: (state: State, error: unknown) => void,
): Promise<number> {
  const active = list(places).filter(isActive)
  await Promise.all(
    active.map((state) =>
      stop(places, hierarchy, state, { shutDown: true }).catch((error) => failed(state, error)),
    ),
  )
  return active.length
}
