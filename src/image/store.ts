// The images of this machine. What came from registries lies in an OCI image layout (layout.ts), and each layer once
// more unpacked, in `layers/`, where every image that has it shares it. An image is listed when all of it is in place.
// Finding one is what `gocker run` does first: three small files are read, nothing is computed, nothing is changed.

import { existsSync, mkdirSync } from 'node:fs'
import { isDigest, layerName } from '../overlay/layer-name.ts'
import { shortOf } from './digest.ts'
import {
  blobPath,
  changeIndex,
  createLayout,
  readIfThere,
  readIndex,
  refName,
  replaceFile,
} from './layout.ts'
import type { Descriptor, ImageConfig, Manifest } from './manifest.ts'
import { canonical, parseReference } from './reference.ts'

export type { ImageConfig } from './manifest.ts'

export interface Image {
  /** `docker.io/library/alpine:latest`; undefined when its name moved on to a newer image (shown as `<none>`) */
  readonly reference: string | undefined
  /** the digest of the config: what Docker calls the image's id */
  readonly id: string
  /** the digest of the manifest */
  readonly digest: string
  /** what the registry called it: the digest of the index if there was one, else of the manifest */
  readonly repoDigest: string
  readonly config: ImageConfig
  /** names of directories in `store.layersDir`, the top one first, as overlay wants them */
  readonly layers: readonly string[]
  /** of all layers, unpacked, in bytes */
  readonly size: number
  /** RFC 3339, or empty if the image does not say */
  readonly created: string
}

export interface Store {
  /** the OCI image layout */
  readonly imagesDir: string
  /** the unpacked layers */
  readonly layersDir: string
  /**
   * Find an image by name, id, unique prefix of an id, or digest. A name goes before an id.
   * @returns undefined if there is none, or if a part of it is missing on the disk: pull it again
   * @throws Error on a name that cannot be one, and on a prefix of several ids
   */
  find(nameOrId: string): Image | undefined
  /** The same, also if its layers are not all there. */
  look(nameOrId: string): Image | undefined
  /** All images: one entry for each name, and those without one. */
  list(): Image[]
  /** Keep bytes under the digest that they have. */
  addBlob(mediaType: string, digest: string, bytes: Uint8Array): Descriptor
  /** List the image under a name: the last step of every pull. Who had the name before is listed without one. */
  tag(reference: string, manifest: Descriptor, repoDigest?: string): Image
}

/** The annotation for what the registry called the image: the index's digest cannot be got back from the manifest. */
export const sourceDigest = 'gocker.source.digest'

/** The store in `dir`: images in `dir/images`, layers in `dir/layers`. Nothing is made before something is added. */
export function openStore(dir: string): Store {
  const imagesDir = `${dir}/images`
  const layersDir = `${dir}/layers`
  const load = (entry: Descriptor) => loadImage(imagesDir, layersDir, entry)
  const loadAll = () =>
    readIndex(imagesDir)
      .map(load)
      .filter((image) => image !== undefined)

  const look = (nameOrId: string): Image | undefined => {
    const entries = readIndex(imagesDir)
    const named = entryByName(entries, nameOrId)
    return named ? load(named) : byId(loadAll(), nameOrId)
  }
  return {
    imagesDir,
    layersDir,
    look,
    find: (nameOrId) => {
      const image = look(nameOrId)
      return image?.layers.every((name) => existsSync(`${layersDir}/${name}`)) ? image : undefined
    },
    list: loadAll,
    addBlob: (mediaType, digest, bytes) => {
      prepare(imagesDir, layersDir)
      replaceFile(blobPath(imagesDir, digest), bytes)
      return { mediaType, digest, size: bytes.length }
    },
    tag: (reference, { mediaType, digest, size }, repoDigest = digest) => {
      prepare(imagesDir, layersDir)
      const annotations = { [refName]: reference, [sourceDigest]: repoDigest }
      const entry: Descriptor = { mediaType, digest, size, annotations }
      changeIndex(imagesDir, (entries) => [entry, ...withoutName(entries, reference, digest)])
      const image = load(entry)
      if (!image) throw new Error(`The manifest ${digest} was not added before it was given a name.`)
      return image
    },
  }
}

/** Make the store's directories. Others must not reach set-user-ID programs in there: CVE-2021-41091. */
export function prepare(imagesDir: string, layersDir: string): void {
  mkdirSync(layersDir, { recursive: true, mode: 0o700 })
  mkdirSync(imagesDir, { recursive: true, mode: 0o700 })
  createLayout(imagesDir)
}

/** Take a name from the list. Its image stays, without a name, unless it has another or is `except`. */
function withoutName(
  entries: readonly Descriptor[],
  reference: string,
  except?: string,
): readonly Descriptor[] {
  const rest = entries.filter((e) => e.annotations?.[refName] !== reference)
  const old = entries.find((e) => e.annotations?.[refName] === reference)
  const kept = rest.filter((e) => e.digest !== except || e.annotations?.[refName] !== undefined)
  if (!old || old.digest === except || rest.some((e) => e.digest === old.digest)) return kept
  const { [refName]: _, ...annotations } = old.annotations ?? {}
  return [...kept, { ...old, annotations }]
}

/** The entry in the list that a name, in short or in full, stands for. */
export function entryByName(entries: readonly Descriptor[], name: string): Descriptor | undefined {
  if (isDigest(name) || /^[0-9a-f]{64}$/.test(name)) return undefined
  const reference = parseReference(name)
  const full = canonical(reference)
  const exact = entries.find((entry) => entry.annotations?.[refName] === full)
  if (exact || !reference.digest) return exact
  // pulled by tag, asked for by digest
  const repository = `${reference.registry}/${reference.repository}`
  return entries.find(
    ({ digest, annotations }) =>
      (digest === reference.digest || annotations?.[sourceDigest] === reference.digest) &&
      annotations?.[refName]?.startsWith(`${repository}:`),
  )
}

function byId(images: readonly Image[], text: string): Image | undefined {
  if (!/^(sha256:)?[0-9a-f]{1,64}$/.test(text)) return undefined
  const prefix = text.startsWith('sha256:') ? text : `sha256:${text}`
  const found = images.filter(
    (i) => i.id.startsWith(prefix) || (text.startsWith('sha256:') && [i.digest, i.repoDigest].includes(text)),
  )
  const ids = [...new Set(found.map((image) => image.id))]
  if (ids.length > 1) {
    throw new Error(`The image id ${text} is ambiguous: ${ids.map(shortOf).join(', ')}. Give more digits.`)
  }
  return found[0]
}

/** What the blobs say about one entry; undefined if somebody took them away. */
function loadImage(imagesDir: string, layersDir: string, entry: Descriptor): Image | undefined {
  const manifest = readBlob<Manifest>(imagesDir, entry.digest)
  const config = manifest && readBlob<ImageConfig>(imagesDir, manifest.config.digest)
  if (!manifest || !config) return undefined
  const layers = config.rootfs.diff_ids.map(layerName).reverse()
  return {
    reference: entry.annotations?.[refName],
    id: manifest.config.digest,
    digest: entry.digest,
    repoDigest: entry.annotations?.[sourceDigest] ?? entry.digest,
    config,
    layers,
    // read when asked for: a start needs no sizes
    get size() {
      return layers.reduce((sum, name) => sum + layerSize(layersDir, name), 0)
    },
    created: config.created ?? '',
  }
}

/** The bytes in a layer's files, as noted beside it; 0 if the layer is not there. */
export function layerSize(layersDir: string, name: string): number {
  const text = readIfThere(`${layersDir}/${name}.json`)
  return text === undefined ? 0 : (JSON.parse(text) as { size: number }).size
}

/** A blob that is JSON, or undefined if it is not there. */
export function readBlob<T>(imagesDir: string, digest: string): T | undefined {
  const text = readIfThere(blobPath(imagesDir, digest))
  return text === undefined ? undefined : (JSON.parse(text) as T)
}
