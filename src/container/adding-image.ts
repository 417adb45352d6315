// An image is added to the store, and the disk has no room for it: then the layers that were in place by then go again,
// unless an image or a container needs them. After any other end they stay, for the next try or the next sweep.

import { diskFull, isDiskFull } from '../image/disk-full.ts'
import { sweep } from '../image/remove.ts'
import { openStore, type Store } from '../image/store.ts'
import { inUse } from './image-use.ts'
import type { Places } from './places.ts'

/** Do what adds an image. @throws Error what `add` throws; with what to do if the disk is full */
export async function addingImage<T>(places: Places, add: (store: Store) => Promise<T>): Promise<T> {
  const store = openStore(places.root)
  try {
    return await add(store)
  } catch (error) {
    if (!isDiskFull(error)) throw error
    clearAway(places, store)
    throw diskFull(store, error)
  }
}

function clearAway(places: Places, store: Store): void {
  try {
    sweep(store, inUse(places).layersInUse)
  } catch {
    // that the disk is full is what the person is to hear; the next sweep comes back to this
  }
}
