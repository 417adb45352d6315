// The end of a container: what is noted, and what is taken away. Every step may have been made before, by this process or
// by another one that found the container dead.

import { rmSync, statSync } from 'node:fs'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { type End, exitCode } from '../syscall/wait.ts'
import type { Places } from './places.ts'
import { isAlive } from './process-info.ts'
import { folder, forget, ids, list, load, type State, save, status } from './state.ts'

/**
 * Note how the container ended and release what it held: its cgroup with all that is left in it, its place for
 * mounts, and, with `--rm`, everything.
 * @returns the state as it was noted
 */
export function finish(places: Places, hierarchy: Hierarchy, state: State, end: End | undefined): State {
  const oomKilled = hierarchy.events(state.cgroup).oomKills > 0
  hierarchy.remove(state.cgroup)
  const ended: State = {
    ...state,
    finishedAt: new Date().toISOString(),
    oomKilled,
    ...(end === undefined ? {} : { exitCode: exitCode(end) }),
  }
  if (state.autoRemove) forget(places, state.id, state.name)
  // someone may have removed it in the meantime
  else if (load(places, state.id)) save(places, ended)
  return ended
}

/** Containers whose watcher is gone and whose processes are dead: finish them in its place. */
export function sweep(places: Places, hierarchy: Hierarchy): void {
  for (const state of list(places)) {
    const isWatched = isAlive(state.engine.pid, state.engine.started)
    if (state.finishedAt === undefined && status(state) === 'exited' && !isWatched)
      finish(places, hierarchy, state, undefined)
  }
  for (const id of ids(places)) {
    if (load(places, id) === undefined && isOld(folder(places, id)))
      rmSync(folder(places, id), { recursive: true, force: true })
  }
}

/** In milliseconds: what is younger may be in the making. */
export const settlingTime = 10_000

/** A folder without a state is one whose making has just begun, or broke off. */
function isOld(path: string): boolean {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > settlingTime
}
