// From a name to an image that is in place: ask the registry for the manifest, choose the platform, fetch config and
// layers, several at once, each unpacked while it comes. The image is listed last: it is there as a whole or not at all.
// What a broken pull leaves, whole layers and parts of others, the next one uses; nothing else sees it.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { layerName } from '../overlay/layer-name.ts'
import { type Credentials, credentialsFor } from './credentials.ts'
import { type HttpOptions, retrying } from './http.ts'
import { settleImpliedDirectories } from './implied-directories.ts'
import { bringLayers, type Pulling } from './layers.ts'
import { blobPath, whileAdding } from './layout.ts'
import {
  type Descriptor,
  type ImageConfig,
  layerTypes,
  type Manifest,
  type Platform,
  parseConfig,
  parseDocument,
} from './manifest.ts'
import { choosePlatform, hostPlatform, parsePlatform, platformText } from './platform.ts'
import type { PullEvent } from './pull-events.ts'
import { canonical, familiar, parseReference, type Reference } from './reference.ts'
import { collect, openRegistry, type Registry } from './registry.ts'
import { spareMemory } from './spare-memory.ts'
import { type Image, prepare, type Store } from './store.ts'
import { oneAtATime } from './turns.ts'

export interface PullOptions extends HttpOptions {
  /** as `linux/arm64`; this machine's unless said */
  readonly platform?: string
  readonly onProgress?: (event: PullEvent) => void
  /** those of ~/.docker/config.json unless given */
  readonly credentials?: Credentials
}

/** A config is a page or two of JSON: what is longer is none. */
export const configLimit = 8 << 20

/**
 * Bring an image into the store.
 * @param name as on the command line: `alpine`, `localhost:5000/x@sha256:…`
 * @throws Error with one clear message; the image that had the name before is then still there
 */
export async function pull(
  store: Store,
  name: string | Reference,
  options: PullOptions = {},
): Promise<Image> {
  const reference = typeof name === 'string' ? parseReference(name) : name
  const credentials = options.credentials ?? credentialsFor(reference.registry)
  // when one layer fails the others are given up
  const giveUp = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, giveUp.signal]) : giveUp.signal
  const pulling: Pulling = {
    store,
    registry: openRegistry(reference, credentials, { ...options, signal }),
    options: { ...options, signal, onPiece: spareMemory() },
    unpacking: oneAtATime(),
    report: options.onProgress ?? (() => {}),
    giveUp: (error) => giveUp.abort(error),
  }
  pulling.report({
    kind: 'pulling',
    repository: reference.repository,
    tag: reference.digest ?? reference.tag ?? '',
  })
  return await bring(pulling, reference, options.platform)
}

async function bring(pulling: Pulling, reference: Reference, platform: string | undefined): Promise<Image> {
  const { store, report } = pulling
  const wanted = platform ? parsePlatform(platform) : hostPlatform()
  const { descriptor, manifest, bytes, repoDigest } = await findManifest(
    pulling.registry,
    reference.digest ?? reference.tag ?? 'latest',
    wanted,
  )
  const finished = (newer: boolean) =>
    report({ kind: 'pulled', digest: repoDigest, newer, name: familiar(reference) })

  const known = store.find(canonical(reference))
  const isComplete = [manifest.config, ...manifest.layers].every(({ digest }) =>
    existsSync(blobPath(store.imagesDir, digest)),
  )
  if (known?.digest === descriptor.digest && known.repoDigest === repoDigest && isComplete) {
    finished(false)
    return known
  }
  prepare(store.imagesDir, store.layersDir)
  using _adding = whileAdding(store.imagesDir)
  const configBytes = await fetchSmall(pulling, manifest.config)
  const config = parseConfig(configBytes)
  checkConfig(config, manifest, platform ? wanted : undefined)
  await bringLayers(pulling, manifest.layers, config.rootfs.diff_ids)
  settleImpliedDirectories(store.layersDir, config.rootfs.diff_ids.map(layerName).reverse())
  store.addBlob(manifest.config.mediaType, manifest.config.digest, configBytes)
  store.addBlob(descriptor.mediaType, descriptor.digest, bytes)
  const image = store.tag(canonical(reference), descriptor, repoDigest)
  finished(true)
  return image
}

interface Found {
  readonly descriptor: Descriptor
  readonly manifest: Manifest
  readonly bytes: Uint8Array
  readonly repoDigest: string
}

/** From a tag to the manifest for one platform, through an index if there is one. */
async function findManifest(registry: Registry, tagOrDigest: string, wanted: Platform): Promise<Found> {
  const top = await registry.manifest(tagOrDigest)
  const document = parseDocument(top.bytes, top.mediaType)
  if (document.kind === 'manifest') {
    const { mediaType, digest, bytes } = top
    const descriptor = { mediaType, digest, size: bytes.length }
    return { descriptor, manifest: document.manifest, bytes, repoDigest: digest }
  }
  const { mediaType, digest, size } = choosePlatform(document.index.manifests, wanted)
  const { bytes } = await registry.manifest(digest)
  if (bytes.length !== size)
    throw new Error(`The index says that ${digest} has ${size} bytes; the registry sent ${bytes.length}.`)
  const chosen = parseDocument(bytes, mediaType)
  if (chosen.kind === 'index') throw new Error('The index leads to another index, not to an image.')
  const descriptor = { mediaType, digest, size }
  return { descriptor, manifest: chosen.manifest, bytes, repoDigest: top.digest }
}

async function fetchSmall({ registry, options }: Pulling, descriptor: Descriptor): Promise<Uint8Array> {
  if (descriptor.size > configLimit)
    throw new Error(`An image config of ${descriptor.size} bytes is too long.`)
  const bytes = await retrying(options, async () =>
    collect((await registry.blob(descriptor, 0)).body, descriptor.size),
  )
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  if (digest !== descriptor.digest)
    throw new Error(`Wrong digest: the image config should be ${descriptor.digest} and is ${digest}.`)
  return bytes
}

/** @throws Error if the image cannot run here, or config and manifest do not fit together */
export function checkConfig(config: ImageConfig, manifest: Manifest, wanted: Platform | undefined): void {
  if (config.os !== 'linux')
    throw new Error(`The image is for ${config.os}: image operating system cannot be used on this platform.`)
  const count = config.rootfs.diff_ids.length
  if (count !== manifest.layers.length)
    throw new Error(`The manifest has ${manifest.layers.length} layers, and the image config ${count}.`)
  const strange = manifest.layers.find(({ mediaType }) => !layerTypes.includes(mediaType))
  if (strange) throw new Error(`A layer is of type ${strange.mediaType}, which cannot be unpacked here.`)
  if (wanted && config.architecture !== wanted.architecture) {
    throw new Error(
      'image was found but does not match the specified platform: ' +
        `wanted ${platformText(wanted)}, actual: ${platformText(config)}`,
    )
  }
}
