// The layers of an image: several come at once, the first is unpacked while it comes. Others that come at the same time
// wait on the disk until it is their turn to be unpacked: so memory does not grow with their number. Docker does the same.

import { existsSync, fstatSync, ftruncateSync, rmSync } from 'node:fs'
import { layerName } from '../overlay/layer-name.ts'
import { shortOf } from './digest.ts'
import { isDiskFull } from './disk-full.ts'
import {
  blobBytes,
  type DownloadOptions,
  download,
  openPartial,
  type Partial,
  WrongDigest,
} from './download.ts'
import { blobPath } from './layout.ts'
import type { Descriptor } from './manifest.ts'
import type { LayerStatus, PullEvent } from './pull-events.ts'
import type { Registry } from './registry.ts'
import type { Store } from './store.ts'
import type { Turns } from './turns.ts'
import { unpackLayer } from './unpack.ts'

/** How many layers come at once, as Docker has it. */
const atOnce = 3

/** One pull: where from, where to, and whom to tell. */
export interface Pulling {
  readonly store: Store
  readonly registry: Registry
  readonly options: DownloadOptions
  readonly unpacking: Turns
  readonly report: (event: PullEvent) => void
  /** End what the other layers are doing. */
  readonly giveUp: (error: unknown) => void
}

/** All layers, a few at a time, each once though it may be listed twice. */
export async function bringLayers(
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
