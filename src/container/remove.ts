// A container is forgotten, with everything that it wrote.

import type { Hierarchy } from '../cgroup/hierarchy.ts'
import type { Places } from './places.ts'
import { find, forget, load, status } from './state.ts'
import { UserError } from './user-error.ts'

const patience = 2000

/**
 * Remove the container that `wanted` means. A running one is refused, or killed with `force`.
 * @throws UserError in Docker's words
 */
export function remove(places: Places, hierarchy: Hierarchy, wanted: string, force: boolean): void {
  const state = find(places, wanted)
  if (status(state) === 'running') {
    if (!force) {
      throw new UserError(
        `cannot remove container "${state.name}": container is running: stop the container before removing or force remove`,
      )
    }
    hierarchy.kill(state.cgroup)
    // its watcher notes the end and clears away; it needs a moment for that
    const deadline = Date.now() + patience
    while (
      load(places, state.id)?.finishedAt === undefined &&
      load(places, state.id) &&
      Date.now() < deadline
    )
      pause(10)
  }
  hierarchy.remove(state.cgroup)
  forget(places, state.id, state.name)
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
