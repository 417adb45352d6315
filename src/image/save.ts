// Images as one tar archive, piece by piece, that Docker, Podman and skopeo take: Docker's own format and an OCI image
// layout in one, as Docker writes it since version 25. Both name the same blobs, which go out as they lie here. Reads only.
// Source: moby/image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format"; OCI image-layout.md

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { encodeHeader, endOfArchive, padding } from '../overlay/tar-encode.ts'
import type { Entry } from '../overlay/tar-header.ts'
import { hexOf } from './digest.ts'
import { blobPath, readIndex, refName } from './layout.ts'
import { containerdName } from './load-oci.ts'
import type { Descriptor, Index, Manifest } from './manifest.ts'
import { familiar, parseReference } from './reference.ts'
import { entryByName, type Image, readBlob, type Store } from './store.ts'
import { listedAs } from './tag.ts'

/** An image, with those of its names that go along. */
export interface Saved {
  readonly image: Image
  /** In full. */
  readonly names: readonly string[]
}

const pieceSize = 1 << 18

/**
 * What names on the command line stand for: an image with that name; all tags of a repository, if it has no tag; an id.
 * @throws Error in Docker's words
 */
export function imagesToSave(store: Store, wanted: readonly string[]): Saved[] {
  const found = new Map<string, Saved>()
  const all = store.list()
  for (const word of wanted) {
    for (const { image, name } of chosen(store, all, word)) {
      const names = found.get(image.id)?.names ?? []
      const isNew = name !== undefined && !names.includes(name)
      found.set(image.id, { image, names: isNew ? [...names, name] : names })
    }
  }
  return [...found.values()]
}

function chosen(store: Store, all: readonly Image[], word: string): { image: Image; name?: string }[] {
  const image = store.look(word)
  if (image && !entryByName(readIndex(store.imagesDir), word)) return [{ image }]
  if (!/[:@]/.test(word.split('/').at(-1)!)) {
    const { registry, repository } = parseReference(word)
    const tags = all.filter(({ reference }) => reference?.startsWith(`${registry}/${repository}:`))
    if (tags.length > 0) return tags.map((one) => ({ image: one, name: one.reference }))
  }
  if (!image) throw new Error(`No such image: ${word}`)
  return [{ image, name: image.reference }]
}

/**
 * The archive. The store must be kept from being swept until its end (`whileAdding`).
 * @throws Error if a blob of an image is not there, before the first piece
 */
export function savedImages(store: Store, images: readonly Saved[]): Generator<Uint8Array, void, undefined> {
  const { imagesDir } = store
  const parts = images.map((saved) => {
    const descriptor = listedAs(store, saved.image)
    const manifest = readBlob<Manifest>(imagesDir, descriptor.digest)!
    return { ...saved, descriptor, manifest }
  })
  const blobs = new Map<string, number>()
  for (const { image, descriptor, manifest } of parts)
    for (const { digest } of [...manifest.layers, manifest.config, descriptor])
      blobs.set(digest, openable(imagesDir, digest, image))
  const documents = {
    'index.json': {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: parts.flatMap(({ descriptor, names }) => listed(descriptor, names)),
    } satisfies Index,
    'manifest.json': parts.map(({ manifest, names }) => ({
      Config: nameOf(manifest.config.digest),
      RepoTags: names.length > 0 ? names.map((name) => familiar(parseReference(name))) : null,
      Layers: manifest.layers.map(({ digest }) => nameOf(digest)),
    })),
    'oci-layout': { imageLayoutVersion: '1.0.0' },
  }
  return archive(imagesDir, blobs, documents)
}

function* archive(
  imagesDir: string,
  blobs: ReadonlyMap<string, number>,
  documents: Readonly<Record<string, object>>,
): Generator<Uint8Array, void, undefined> {
  for (const name of ['blobs/', 'blobs/sha256/']) yield encodeHeader(entry(name, 0, 'directory'))
  for (const [digest, size] of blobs) {
    yield encodeHeader(entry(nameOf(digest), size))
    yield* contentOf(blobPath(imagesDir, digest), size)
    yield padding(size)
  }
  for (const [name, value] of Object.entries(documents)) {
    const bytes = Buffer.from(JSON.stringify(value))
    yield encodeHeader(entry(name, bytes.length))
    yield bytes
    yield padding(bytes.length)
  }
  yield endOfArchive
}

/** Once for each name: the whole one for engines, and the tag, as the layout has it. */
function listed({ mediaType, digest, size }: Descriptor, names: readonly string[]): Descriptor[] {
  if (names.length === 0) return [{ mediaType, digest, size }]
  return names.map((name) => {
    const annotations = { [containerdName]: name, [refName]: parseReference(name).tag ?? name }
    return { mediaType, digest, size, annotations }
  })
}

function nameOf(digest: string): string {
  return `blobs/sha256/${hexOf(digest)}`
}

function openable(imagesDir: string, digest: string, { reference, id }: Image): number {
  try {
    const fd = openSync(blobPath(imagesDir, digest), 'r')
    const { size } = fstatSync(fd)
    closeSync(fd)
    return size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error(
      `The image ${reference ?? id} lacks ${digest}: somebody took it away.\nPull it again, and then save it.`,
    )
  }
}

function* contentOf(path: string, size: number): Generator<Uint8Array, void, undefined> {
  const fd = openSync(path, 'r')
  try {
    for (let left = size; left > 0; ) {
      const piece = Buffer.allocUnsafe(Math.min(left, pieceSize))
      const length = readSync(fd, piece, 0, piece.length, size - left)
      if (length === 0) throw new Error(`${path} became shorter while it was read.`)
      left -= length
      yield piece.subarray(0, length)
    }
  } finally {
    closeSync(fd)
  }
}

function entry(name: string, size: number, type: Entry['type'] = 'file'): Entry {
  const mode = type === 'file' ? 0o644 : 0o755
  const nothing = { uid: 0, gid: 0, seconds: 0, nanoseconds: 0, linkName: '', major: 0, minor: 0 }
  return { ...nothing, type, name, size, mode, xattrs: new Map() }
}
