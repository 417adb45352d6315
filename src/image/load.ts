// From a saved archive to images that are listed: what `docker load` does. Two formats are in use, and newer archives are
// both at once: an OCI image layout (index.json), or Docker's own (manifest.json). As newer engines do, the layout goes
// first. All images of an archive are put in place before the first is listed.
// Source: OCI image specification, image-layout.md; moby/image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format"

import { finishImage } from './add-image.ts'
import { type ArchiveFiles, readArchive } from './archive-files.ts'
import { whileAdding } from './layout.ts'
import { dockerImages } from './load-docker.ts'
import { ociImages } from './load-oci.ts'
import type { Descriptor } from './manifest.ts'
import { openStaging } from './staging.ts'
import { type Image, prepare, type Store } from './store.ts'

/** An image of an archive, all of it in place, that is not listed yet. */
export interface Ready {
  readonly manifest: Descriptor
  readonly diffIds: readonly string[]
  /** Its names, in full. */
  readonly names: readonly string[]
  /** The digest of the index that it was chosen from. */
  readonly repoDigest?: string
}

export interface Loaded {
  readonly image: Image
  /** Its name; none if the archive gives it none. */
  readonly name?: string
  /** The id of another image that had the name. */
  readonly renamed?: string
}

/** @throws Error with one clear message; nothing is listed then */
export async function loadImages(store: Store, source: AsyncIterable<Uint8Array>): Promise<Loaded[]> {
  prepare(store.imagesDir, store.layersDir)
  using _adding = whileAdding(store.imagesDir)
  using staging = openStaging(store.imagesDir)
  const files = await readArchive(source, staging)
  const ready = await imagesOf(store, files)
  return ready.flatMap((image) => list(store, image))
}

function imagesOf(store: Store, files: ArchiveFiles): Promise<Ready[]> {
  if (files.find('oci-layout') && files.find('index.json')) return ociImages(store, files)
  if (files.find('manifest.json')) return dockerImages(store, files)
  throw new Error(
    'The archive holds no images: it has neither an index.json nor a manifest.json.\n' +
      'A file system without an image around it, as gocker export writes it, becomes one with gocker import.',
  )
}

function list(store: Store, { manifest, diffIds, names, repoDigest }: Ready): Loaded[] {
  if (names.length === 0) return [{ image: finishImage(store, manifest, diffIds, { repoDigest }) }]
  return names.map((reference) => {
    const before = store.look(reference)
    const image = finishImage(store, manifest, diffIds, { reference, repoDigest })
    return { image, name: reference, renamed: before && before.id !== image.id ? before.id : undefined }
  })
}
