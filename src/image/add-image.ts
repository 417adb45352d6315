// Images that come from elsewhere than a registry: their layers are put in place, one by one, and then config and manifest,
// last of all the name. Every digest is computed here; a layer that is unpacked already is checked all the same, for its
// bytes go out again when the image is saved.
//
// To be used while the store is being added to (`whileAdding`). Without its last step nothing of it is seen, and the
// next sweep takes it away.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { layerName } from '../overlay/layer-name.ts'
import { compressionOf, digestOf, inflated, layerTypeOf } from './compression.ts'
import { blobBytes } from './download.ts'
import { settleImpliedDirectories } from './implied-directories.ts'
import type { Descriptor, ImageConfig, Manifest } from './manifest.ts'
import { headOf, type Staged, takeOver } from './staging.ts'
import type { Image, Store } from './store.ts'
import { listUnnamed } from './tag.ts'
import { unpackLayer } from './unpack.ts'

/**
 * Put a layer in place: unpacked, and as a blob.
 * @param diffId the digest that its uncompressed bytes must have
 * @throws Error if they have another
 */
export async function addLayer(store: Store, file: Staged, diffId: string): Promise<Descriptor> {
  const compression = compressionOf(headOf(file))
  const mediaType = layerTypeOf(compression)
  const { layersDir, imagesDir } = store
  if (!existsSync(`${layersDir}/${layerName(diffId)}`))
    await unpackLayer(blobBytes(file.path), { mediaType, diffId, layersDir })
  else {
    const found = await diffIdOf(file)
    if (found !== diffId)
      throw new Error(`Wrong digest: the layer ${diffId} has the content ${found}. Nothing of it was kept.`)
  }
  takeOver(imagesDir, file)
  return { mediaType, digest: file.digest, size: file.size }
}

/** The digest of a layer's uncompressed bytes. */
export async function diffIdOf(file: Staged): Promise<string> {
  const compression = compressionOf(headOf(file))
  return compression === 'none' ? file.digest : digestOf(inflated(blobBytes(file.path), compression))
}

/**
 * List an image whose layers are in place.
 * @param reference its name in full; without one it is listed all the same
 */
export function addImage(
  store: Store,
  config: ImageConfig,
  layers: readonly Descriptor[],
  reference?: string,
): Image {
  const { descriptor } = addImageBlobs(store, jsonBytes(config), layers)
  return finishImage(store, descriptor, config.rootfs.diff_ids, { reference })
}

/** Keep a config, as it is, and a manifest around it and its layers. */
export function addImageBlobs(
  store: Store,
  config: Uint8Array,
  layers: readonly Descriptor[],
): { manifest: Manifest; descriptor: Descriptor } {
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: add(store, 'application/vnd.oci.image.config.v1+json', config),
    layers,
  }
  return { manifest, descriptor: add(store, manifest.mediaType!, jsonBytes(manifest)) }
}

/** The last steps, the same for all: directories that layers only imply, and the list. */
export function finishImage(
  store: Store,
  manifest: Descriptor,
  diffIds: readonly string[],
  { reference, repoDigest }: { readonly reference?: string; readonly repoDigest?: string } = {},
): Image {
  settleImpliedDirectories(store.layersDir, diffIds.map(layerName).reverse())
  return reference === undefined
    ? listUnnamed(store, manifest, repoDigest)
    : store.tag(reference, manifest, repoDigest)
}

function add(store: Store, mediaType: string, bytes: Uint8Array): Descriptor {
  return store.addBlob(mediaType, `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes)
}

function jsonBytes(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}
