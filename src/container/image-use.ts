// What containers need of the images: whoever removes images asks here first. And the events of those that went.

import { familiar, parseReference } from '../image/reference.ts'
import type { Image } from '../image/store.ts'
import { record } from './events.ts'
import type { Places } from './places.ts'
import { list } from './state.ts'

export interface InUse {
  /** Directories of layers. */
  readonly layersInUse: readonly string[]
  /** Ids of images. */
  readonly imagesInUse: readonly string[]
}

/** Of all containers, running or not. */
export function inUse(places: Places): InUse {
  const all = list(places)
  return { layersInUse: all.flatMap(({ layers }) => layers), imagesInUse: all.map(({ imageId }) => imageId) }
}

export function recordRemoved(places: Places, images: readonly Pick<Image, 'id' | 'reference'>[]): void {
  for (const { id, reference } of images)
    if (reference !== undefined)
      record(places, 'image', 'untag', id, { name: familiar(parseReference(reference)) })
  for (const id of new Set(images.map((image) => image.id)))
    record(places, 'image', 'delete', id, { name: id })
}
