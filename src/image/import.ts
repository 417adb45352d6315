// An archive of files as an image of one layer: what `docker import` does with what `docker export` wrote. The archive is
// unpacked as any layer is, with the same suspicion.

import { addImage, addLayer, diffIdOf } from './add-image.ts'
import { whileAdding } from './layout.ts'
import type { Platform, ProcessConfig } from './manifest.ts'
import { openStaging, stage } from './staging.ts'
import { type Image, prepare, type Store } from './store.ts'

export interface ImportOptions {
  readonly config: ProcessConfig
  readonly message: string
  readonly platform: Platform
  /** The image's name in full; without it, it has none. */
  readonly reference?: string
}

/** @throws Error if it is no archive of files; nothing is listed then */
export async function importImage(
  store: Store,
  source: AsyncIterable<Uint8Array>,
  { config, message, platform, reference }: ImportOptions,
): Promise<Image> {
  prepare(store.imagesDir, store.layersDir)
  using _adding = whileAdding(store.imagesDir)
  using staging = openStaging(store.imagesDir)
  const file = await stage(staging, source)
  if (file.size === 0) throw new Error('The archive is empty: not one byte came.')
  const diffId = await diffIdOf(file)
  const layer = await addLayer(store, file, diffId)
  const created = new Date().toISOString()
  const { os, architecture, variant } = platform
  return addImage(
    store,
    {
      created,
      os,
      architecture,
      ...(variant && { variant }),
      config,
      rootfs: { type: 'layers', diff_ids: [diffId] },
      history: [{ created, comment: message }],
    },
    [layer],
    reference,
  )
}
