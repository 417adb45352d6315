// Taking images away: first the name from the list, then whatever no image of the list needs any more. What is needed is
// found by looking at all that is left, not by counting, so a count can never be wrong. While somebody pulls, blobs lie there
// that no image names yet: then nothing is swept, and the next removal does it.

import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { layerName } from '../overlay/layer-name.ts'
import { hexOf } from './digest.ts'
import { changeIndex, readIfThere, readIndex, refName, whileSweeping } from './layout.ts'
import type { Descriptor, ImageConfig, Manifest } from './manifest.ts'
import { familiar, familiarName, parseReference } from './reference.ts'
import { entryByName, type Image, layerSize, readBlob, type Store } from './store.ts'
import { removeUnfinished } from './unpack.ts'

export interface RemoveOptions {
  /** directories of layers that containers stand on: they stay */
  readonly layersInUse?: readonly string[]
  /** remove an image named by its id though it has several names */
  readonly force?: boolean
}

/**
 * Remove one image, or one of its names if it has others.
 * @returns what was done, in Docker's words: `Untagged: alpine:latest`, `Deleted: sha256:…`
 * @throws Error if there is no such image, or an id stands for several names
 */
export function removeImage(
  store: Store,
  nameOrId: string,
  { layersInUse = [], force = false }: RemoveOptions = {},
): string[] {
  const image = store.look(nameOrId)
  if (!image) throw new Error(`No such image: ${nameOrId}`)
  const entries = readIndex(store.imagesDir)
  const named = entryByName(entries, nameOrId)
  // one image may have several manifests: its layers can be compressed in many ways
  const digests = store.list().flatMap(({ id, digest }) => (id === image.id ? digest : []))
  const same = entries.filter(({ digest }) => digests.includes(digest))
  if (!named && same.length > 1 && !force) {
    throw new Error(
      `conflict: unable to delete ${hexOf(image.id).slice(0, 12)} (must be forced) - image is referenced in multiple repositories`,
    )
  }
  const going = named ? [named] : same
  const isGoing = (entry: Descriptor) =>
    going.some((e) => e.digest === entry.digest && nameOf(e) === nameOf(entry))
  changeIndex(store.imagesDir, (now) => now.filter((entry) => !isGoing(entry)))
  const isLast = going.length === same.length
  return [
    ...going.flatMap((entry) => untagged(entry, image, isLast)),
    ...(isLast ? [`Deleted: ${image.id}`] : []),
    ...sweep(store, layersInUse).layers.map((diffId) => `Deleted: ${diffId}`),
  ]
}

export interface SweepOptions extends RemoveOptions {
  /** also images that have a name */
  readonly all?: boolean
  /** ids of images that containers were made from: they stay */
  readonly imagesInUse?: readonly string[]
  /** only those of which this is true */
  readonly fits?: (image: Image) => boolean
}

/**
 * Remove the images that have no name, or all that no container uses, and what broken pulls left.
 * @returns what was done, in Docker's words, the images that went, one for each name, and the bytes freed
 */
export function sweepImages(
  store: Store,
  { all = false, layersInUse = [], imagesInUse = [], fits = () => true }: SweepOptions = {},
): { removed: string[]; images: Image[]; bytes: number } {
  const going = store
    .list()
    .filter(({ reference, id }) => (all || reference === undefined) && !imagesInUse.includes(id))
    .filter(fits)
  const digests = new Set(going.map(({ digest }) => digest))
  if (digests.size > 0) {
    changeIndex(store.imagesDir, (now) =>
      now.filter((entry) => !(digests.has(entry.digest) && (all || nameOf(entry) === undefined))),
    )
  }
  const { layers, bytes } = sweep(store, layersInUse)
  const names = going.flatMap(({ reference }) =>
    reference === undefined ? [] : [`Untagged: ${familiar(parseReference(reference))}`],
  )
  const left = store.list().map(({ id }) => id)
  const ids = new Set(going.map(({ id }) => id).filter((id) => !left.includes(id)))
  const deleted = [...ids, ...layers].map((digest) => `Deleted: ${digest}`)
  return { removed: [...names, ...deleted], images: going, bytes }
}

/**
 * Remove blobs, layers and parts of downloads that no listed image needs. Images without a name are listed, and stay.
 * While somebody adds to the store, nothing is removed: the next one does it.
 * @returns diffIDs of the layers, and the bytes freed
 */
export function sweep(store: Store, layersInUse: readonly string[]): { layers: string[]; bytes: number } {
  const { imagesDir, layersDir } = store
  if (entriesOf(imagesDir).length === 0) return { layers: [], bytes: 0 }
  using alone = whileSweeping(imagesDir)
  if (!alone) return { layers: [], bytes: 0 }
  const needed = neededBy(imagesDir, readIndex(imagesDir))
  for (const name of layersInUse) needed.layers.add(name)
  let bytes = 0
  const drop = (path: string) => {
    const stats = statSync(path, { throwIfNoEntry: false })
    // a directory is what a load that was killed had put down
    if (stats?.isDirectory()) for (const name of entriesOf(path)) drop(`${path}/${name}`)
    else bytes += stats?.size ?? 0
    rmSync(path, { recursive: true, force: true })
  }
  for (const name of entriesOf(`${imagesDir}/blobs/sha256`))
    if (!needed.blobs.has(name)) drop(`${imagesDir}/blobs/sha256/${name}`)
  for (const name of entriesOf(`${imagesDir}/partial`)) drop(`${imagesDir}/partial/${name}`)
  const layers = entriesOf(layersDir).filter(
    (name) => /^[0-9a-f]{24}$/.test(name) && !needed.layers.has(name),
  )
  bytes += layers.reduce((sum, name) => sum + layerSize(layersDir, name), 0)
  const diffIds = layers.map((name) => removeLayer(layersDir, name))
  removeUnfinished(layersDir)
  return { layers: diffIds, bytes }
}

function neededBy(imagesDir: string, entries: readonly Descriptor[]) {
  const blobs = new Set<string>()
  const layers = new Set<string>()
  for (const { digest } of entries) {
    const manifest = readBlob<Manifest>(imagesDir, digest)
    if (!manifest) continue
    const config = readBlob<ImageConfig>(imagesDir, manifest.config.digest)
    const digests = [digest, manifest.config.digest, ...manifest.layers.map((layer) => layer.digest)]
    for (const one of digests) blobs.add(hexOf(one))
    for (const diffId of config?.rootfs.diff_ids ?? []) layers.add(layerName(diffId))
  }
  return { blobs, layers }
}

/** Out of sight first: a layer that is half gone must not be taken for one that is there. @returns its diffID */
function removeLayer(layersDir: string, name: string): string {
  const about = `${layersDir}/${name}.json`
  const diffId = (JSON.parse(readIfThere(about) ?? '{}') as { diffId?: string }).diffId ?? `sha256:${name}`
  const leaving = `${layersDir}/.unpacking-${name}`
  renameSync(`${layersDir}/${name}`, leaving)
  rmSync(about, { force: true })
  rmSync(leaving, { recursive: true, force: true })
  return diffId
}

function untagged(entry: Descriptor, image: Image, isLast: boolean): string[] {
  const name = nameOf(entry)
  if (name === undefined) return []
  const reference = parseReference(name)
  const byDigest = `Untagged: ${familiarName(reference)}@${image.repoDigest}`
  return reference.digest || !isLast
    ? [`Untagged: ${familiar(reference)}`]
    : [`Untagged: ${familiar(reference)}`, byDigest]
}

function nameOf({ annotations }: Descriptor): string | undefined {
  return annotations?.[refName]
}

function entriesOf(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
