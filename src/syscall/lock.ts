// One at a time, across processes: work is done while a lock is held on a file or a directory. Nothing is left of it, for
// the lock is on what is there already, and the kernel drops it when its holder dies, however that happens. flock(2)

import { closeSync, openSync } from 'node:fs'
import { call } from './call.ts'
import * as C from './constants.ts'
import { flock } from './file.ts'

/**
 * Do `work`, which must be synchronous, while nobody else holds the lock.
 * @param shared others may hold it at the same time, if they share it, too
 * @throws Error with the code ENOENT if there is nothing at `path`
 */
export function whileLocked<T>(path: string, work: () => T, { shared = false } = {}): T {
  const lock = openSync(path, 'r')
  try {
    call(flock(lock, shared ? C.LOCK_SH : C.LOCK_EX))
    return work()
  } finally {
    closeSync(lock)
  }
}
