// What the small registry of the chapter on images serves: `tiny`, for this machine's processor and for another, so that
// there is something to choose from, and `greeter`, which stands on the layer of tiny and adds one of its own.

import { createHash } from 'node:crypto'
import { changeIndex, readIndex, refName } from '../src/image/layout.ts'
import type { Descriptor, ImageConfig, Manifest } from '../src/image/manifest.ts'
import { readBlob, type Store } from '../src/image/store.ts'
import { makeTinyImage } from '../src/image/tiny-image.ts'
import { archiveOf } from './mallory.ts'

/** Fill an empty store. @returns the descriptor of tiny's layer */
export async function fillShelf(shelf: Store): Promise<Descriptor> {
  const { config, digest } = await makeTinyImage(shelf)
  const { layers } = readBlob<Manifest>(shelf.imagesDir, digest)!
  const mine = addImage(shelf, config, layers)
  const foreign = addImage(shelf, { ...config, architecture: 's390x' }, layers)
  const { os, architecture } = config
  const tiny = addJson(shelf, 'application/vnd.oci.image.index.v1+json', {
    manifests: [
      { ...foreign, platform: { os, architecture: 's390x' } },
      { ...mine, platform: { os, architecture } },
    ],
  })
  const top = await addLayer(shelf, { 'etc/greeting': 'Good morning!\n' })
  const diffIds = [...config.rootfs.diff_ids, top.digest]
  const onTop: ImageConfig = { ...config, rootfs: { type: 'layers', diff_ids: diffIds } }
  const greeter = addImage(shelf, onTop, [...layers, top])
  changeIndex(shelf.imagesDir, () => [named(tiny, 'tiny:latest'), named(greeter, 'greeter:latest')])
  return layers[0]!
}

/** Put a tag on another image, until it is disposed of. */
export function moveTag(shelf: Store, tag: string, imageOf: string): Disposable {
  const before = readIndex(shelf.imagesDir)
  const target = before.find(({ annotations }) => annotations?.[refName] === imageOf)!
  const others = before.filter(({ annotations }) => annotations?.[refName] !== tag)
  changeIndex(shelf.imagesDir, () => [...others, named(target, tag)])
  return { [Symbol.dispose]: () => changeIndex(shelf.imagesDir, () => before) }
}

function addImage(shelf: Store, config: ImageConfig, layers: readonly Descriptor[]): Descriptor {
  const about = addJson(shelf, 'application/vnd.oci.image.config.v1+json', config)
  return addJson(shelf, 'application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    config: about,
    layers,
  })
}

/** A layer that is not compressed: its digest is that of the tar archive. */
async function addLayer(shelf: Store, files: Readonly<Record<string, string>>): Promise<Descriptor> {
  return add(shelf, 'application/vnd.oci.image.layer.v1.tar', await archiveOf(files))
}

function addJson(shelf: Store, mediaType: string, value: object): Descriptor {
  return add(shelf, mediaType, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value })))
}

function add(shelf: Store, mediaType: string, bytes: Buffer): Descriptor {
  return shelf.addBlob(mediaType, `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes)
}

function named(entry: Descriptor, name: string): Descriptor {
  return { ...entry, annotations: { [refName]: name } }
}
