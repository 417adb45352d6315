// From a name to an image that is in place: ask the registry for the manifest, choose the platform, fetch config and
// layers, several at once, each unpacked while it comes. The image is listed last: it is there as a whole or not at all.
// What a broken pull leaves, whole layers and parts of others, the next one uses; nothing else sees it.

import { createHash } from 'node:crypto'
import { existsSync, fstatSync, ftruncateSync, rmSync } from 'node:fs'
import { layerName } from '../overlay/layer-name.ts'
import { type Credentials, credentialsFor } from './credentials.ts'
import { shortOf } from './digest.ts'
import {
  blobBytes,
  type DownloadOptions,
  download,
  openPartial,
  type Partial,
  WrongDigest,
} from './download.ts'
import { type HttpOptions, retrying } from './http.ts'
import { settleImpliedDirectories } from './implied-directories.ts'
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
import { canonical, familiar, parseReference, type Reference } from './reference.ts'
import { collect, openRegistry, type Registry } from './registry.ts'
import { spareMemory } from './spare-memory.ts'
import { type Image, prepare, type Store } from './store.ts'
import { unpackLayer } from './unpack.ts'

/** What happens during a pull, in Docker's words. */
export type PullEvent =
  | { readonly kind: 'pulling'; readonly repository: string; readonly tag: string }
  | {
      readonly kind: 'layer'
      /** twelve digits of the blob's digest */
      readonly id: string
      readonly status: LayerStatus
      readonly current?: number
      readonly total?: number
    }
  | { readonly kind: 'pulled'; readonly digest: string; readonly newer: boolean; readonly name: string }

export type LayerStatus =
  | 'Pulling fs layer'
  | 'Waiting'
  | 'Downloading'
  | 'Retrying'
  | 'Download complete'
  | 'Extracting'
  | 'Pull complete'
  | 'Already exists'

export interface PullOptions extends HttpOptions {
  /** as `linux/arm64`; this machine's unless said */
  readonly platform?: string
  readonly onProgress?: (event: PullEvent) => void
  /** those of ~/.docker/config.json unless given */
  readonly credentials?: Credentials
}

/** How many layers come at once, as Docker has it. */
const atOnce = 3

/** A config is a page or two of JSON: what is longer is none. */
const configLimit = 8 << 20

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
  try {
    return await bring(pulling, reference)
  } catch (error) {
    throw isDiskFull(error) ? diskFull(store, error) : error
  }
}

interface Pulling {
  readonly store: Store
  readonly registry: Registry
  readonly options: PullOptions & DownloadOptions
  readonly unpacking: Turns
  readonly report: (event: PullEvent) => void
  readonly giveUp: (error: unknown) => void
}

async function bring(pulling: Pulling, reference: Reference): Promise<Image> {
  const { store, options, report } = pulling
  const wanted = options.platform ? parsePlatform(options.platform) : hostPlatform()
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
  checkConfig(config, manifest, options.platform ? wanted : undefined)
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

function checkConfig(config: ImageConfig, manifest: Manifest, wanted: Platform | undefined): void {
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

/** All layers, a few at a time, each once though it may be listed twice. */
async function bringLayers(
  pulling: Pulling,
  layers: readonly Descriptor[],
  diffIds: readonly string[],
): Promise<void> {
  const pairs = layers.map((descriptor, i) => ({ descriptor, diffId: diffIds[i]! }))
  const todo = new Map(pairs.map((pair) => [`${pair.descriptor.digest} ${pair.diffId}`, pair]))
  for (const { descriptor } of todo.values())
    pulling.report({ kind: 'layer', id: shortOf(descriptor.digest), status: 'Pulling fs layer' })
  // one queue for all workers: an iterator gives each element once
  const queue = todo.values()
  const failures: unknown[] = []
  const worker = async () => {
    for (const { descriptor, diffId } of queue) {
      if (failures.length > 0) return
      await bringLayer(pulling, descriptor, diffId).catch((error) => {
        failures.push(error)
        pulling.giveUp(error)
      })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  if (failures.length > 0) throw failures[0]
}

async function bringLayer(pulling: Pulling, descriptor: Descriptor, diffId: string): Promise<void> {
  const { store, options, report } = pulling
  const { imagesDir, layersDir } = store
  const { digest, size: total } = descriptor
  const id = shortOf(digest)
  const layer = (status: LayerStatus, current?: number) =>
    report({ kind: 'layer', id, status, ...(current !== undefined && { current, total }) })
  const isUnpacked = () => existsSync(`${layersDir}/${layerName(diffId)}`)
  const isInPlace = () => isUnpacked() && existsSync(blobPath(imagesDir, digest))

  if (isInPlace()) return layer('Already exists')
  using partial = await openPartial(imagesDir, digest, options.signal)
  // another pull had it in hand, and is done
  if (isInPlace()) return layer('Already exists')
  const bring = (use: (bytes: AsyncIterable<Uint8Array>) => Promise<unknown>) =>
    bringBytes(pulling, descriptor, partial, (current) => layer('Downloading', current), use)
  const unpack = (bytes: AsyncIterable<Uint8Array>) =>
    unpackLayer(bytes, { mediaType: descriptor.mediaType, diffId, layersDir })

  using turn = pulling.unpacking.ask()
  if (isUnpacked()) await bring(readAll)
  else if (turn.isNow()) await bring(unpack)
  else {
    if (!existsSync(blobPath(imagesDir, digest))) await bring(readAll)
    layer('Download complete')
    await turn.come
    options.signal?.throwIfAborted()
    layer('Extracting')
    await bring(unpack)
  }
  layer('Pull complete')
}

/** Hand the bytes of a blob to `use`, and once more if what was left on the disk turns out to have gone bad. */
async function bringBytes(
  pulling: Pulling,
  descriptor: Descriptor,
  partial: Partial,
  onBytes: (bytes: number) => void,
  use: (bytes: AsyncIterable<Uint8Array>) => Promise<unknown>,
): Promise<void> {
  const path = blobPath(pulling.store.imagesDir, descriptor.digest)
  for (let again = false; ; again = true) {
    const isOld = existsSync(path) && fstatSync(partial.fd).size === 0
    const source = bytesOf(pulling, descriptor, partial, onBytes)
    try {
      await use(source.bytes)
      const failure = await source.failure()
      if (failure === undefined) return
      throw failure
    } catch (caught) {
      // bytes that cannot be unpacked may be wrong ones: the digest says it, once all are here
      const error = (isDiskFull(caught) ? undefined : await source.failure()) ?? caught
      if (isDiskFull(error)) ftruncateSync(partial.fd)
      const isStale = isOld || (error instanceof WrongDigest && error.resumed)
      if (again || isDiskFull(error) || !isStale) throw error
      rmSync(path, { force: true })
    }
  }
}

async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}

interface Turn extends Disposable {
  isNow(): boolean
  readonly come: Promise<unknown>
}

interface Turns {
  ask(): Turn
}

/**
 * One layer is unpacked while it comes in; others that come at the same time wait on the disk until it is their turn.
 * So one thread is enough, and memory does not grow with the number of layers. Docker does the same.
 */
function oneAtATime(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  let count = 0
  return {
    ask: () => {
      let now = count++ === 0
      const done = Promise.withResolvers<void>()
      const come = last.then(() => {
        now = true
      })
      last = Promise.all([last, done.promise])
      return {
        isNow: () => now,
        come,
        [Symbol.dispose]: () => {
          count--
          done.resolve()
        },
      }
    },
  }
}

/** The blob, from the disk if it is there already. */
function bytesOf(
  { store, registry, options, report }: Pulling,
  descriptor: Descriptor,
  partial: Partial,
  onBytes: (bytes: number) => void,
): Source {
  const path = blobPath(store.imagesDir, descriptor.digest)
  if (existsSync(path)) return remembering(blobBytes(path))
  const onRetry = (why: string, milliseconds: number) => {
    report({ kind: 'layer', id: shortOf(descriptor.digest), status: 'Retrying' })
    options.onRetry?.(why, milliseconds)
  }
  return remembering(
    download(registry, store.imagesDir, descriptor, partial, { ...options, onBytes, onRetry }),
  )
}

interface Source {
  readonly bytes: AsyncIterable<Uint8Array>
  /** Why the bytes ended too early, if they did. Takes those that nobody took. */
  failure(): Promise<unknown>
}

function remembering(bytes: AsyncIterable<Uint8Array>): Source {
  const iterator = bytes[Symbol.asyncIterator]()
  let failure: unknown
  // the iterator outlives a reader that gives up
  const next = async () => {
    try {
      return await iterator.next()
    } catch (error) {
      failure = error
      throw error
    }
  }
  return {
    bytes: { [Symbol.asyncIterator]: () => ({ next }) },
    failure: async () => {
      for (let ended = failure !== undefined; !ended; )
        ended = await next().then(
          ({ done }) => done === true,
          () => true,
        )
      return failure
    },
  }
}

function isDiskFull(error: unknown): boolean {
  return /\b(ENOSPC|EDQUOT)\b/.test(error instanceof Error ? error.message : '')
}

function diskFull({ imagesDir }: Store, error: unknown): Error {
  return new Error(
    `The disk is full: ${(error as Error).message.split('\n', 1)[0]}\n` +
      `Images lie in ${imagesDir}. Make room there, with gocker rmi or gocker system prune, and pull again.`,
  )
}
