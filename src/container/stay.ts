// A container stays as it is while somebody starts it, notes its end in the place of its watcher, removes it, or changes
// what its next start reads: one at a time. The lock is on the directory over which its file system is mounted, for
// update() in state.ts locks the folder itself, for moments only.

import { join } from 'node:path'
import { whileLocked } from '../syscall/lock.ts'
import type { Places } from './places.ts'
import { folder, load, type State } from './state.ts'

/**
 * Do `work` with the container as it is then.
 * @returns undefined if there is no such container, or no longer
 */
export function whileStays<T>(places: Places, id: string, work: (state: State) => T): T | undefined {
  const now = () => {
    const state = load(places, id)
    return state && work(state)
  }
  try {
    return whileLocked(join(folder(places, id), 'merged'), now)
  } catch (error) {
    // its making broke off before this directory was there: nobody can start it
    if (isMissing(error, join(folder(places, id), 'merged'))) return now()
    throw error
  }
}

function isMissing(error: unknown, path: string): boolean {
  const { code, path: where, syscall } = error as NodeJS.ErrnoException
  return code === 'ENOENT' && where === path && syscall === 'open'
}
