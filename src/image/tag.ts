// Names of images: one image may have several, and one name leads to one image. An image without any is listed, too,
// until a sweep takes it. Only the list is changed here, in one step.

import { existsSync } from 'node:fs'
import { changeIndex, readIndex, whileAdding } from './layout.ts'
import type { Descriptor } from './manifest.ts'
import { canonical, parseReference, type Reference, withTag } from './reference.ts'
import { type Image, prepare, type Store, sourceDigest } from './store.ts'

/**
 * Give an image one more name. Who had the name before is listed without one.
 * @throws Error in Docker's words if there is no such image, or if the name cannot be one
 */
export function tagImage(store: Store, source: string, target: string): Image {
  const reference = targetOf(target)
  if (reference.digest) throw new Error('refusing to create a tag with a digest reference')
  // nobody may sweep it away between a look at it and its new name
  using _held = existsSync(store.imagesDir) ? whileAdding(store.imagesDir) : undefined
  const image = store.look(source)
  if (!image) throw new Error(`No such image: ${withTag(source)}`)
  return store.tag(canonical(reference), listedAs(store, image), image.repoDigest)
}

function targetOf(text: string): Reference {
  try {
    return parseReference(text)
  } catch (error) {
    throw new Error(
      `Error parsing reference: ${JSON.stringify(text)} is not a valid repository/tag: ${(error as Error).message}`,
    )
  }
}

/** The manifest's descriptor, as it is listed. */
export function listedAs({ imagesDir }: Store, { digest }: Pick<Image, 'digest'>): Descriptor {
  const entry = readIndex(imagesDir).find((one) => one.digest === digest)
  if (!entry) throw new Error(`The image ${digest} was removed meanwhile.`)
  return entry
}

/** All names of the image with this id, in full. */
export function namesOf(store: Store, id: string): string[] {
  return store
    .list()
    .filter((image) => image.id === id)
    .flatMap(({ reference }) => reference ?? [])
}

/** List an image that has no name, unless it is listed. */
export function listUnnamed(store: Store, manifest: Descriptor, repoDigest = manifest.digest): Image {
  prepare(store.imagesDir, store.layersDir)
  const { mediaType, digest, size } = manifest
  const entry = { mediaType, digest, size, annotations: { [sourceDigest]: repoDigest } }
  changeIndex(store.imagesDir, (entries) =>
    entries.some((one) => one.digest === digest) ? entries : [entry, ...entries],
  )
  const image = store.list().find((one) => one.digest === digest)
  if (!image) throw new Error(`The manifest ${digest} was not added before it was listed.`)
  return image
}
