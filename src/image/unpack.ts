// One layer, from a stream of compressed bytes to a directory that the overlay file system can use. It is unpacked
// while it streams in, into a directory of its own with a name that nobody looks for; only when all of it is there and
// every digest is right does it get its name. So a layer is there whole or not at all, and two that unpack the same one
// do not meet: the second finds it there.
//
// The directory is locked (flock(2)) as long as someone unpacks into it: `removeUnfinished` takes away what a killed
// process left, and nothing else.

import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { layerName } from '../overlay/layer-name.ts'
import { attempt } from '../syscall/call.ts'
import { LOCK_EX, LOCK_NB } from '../syscall/constants.ts'
import { flock } from '../syscall/file.ts'
import { type LayerFacts, writeFacts } from './implied-directories.ts'
import type { Compression, Done, FromWorker, Task, ToWorker } from './unpack-messages.ts'

export interface UnpackOptions {
  /** The layer's media type: it says how the bytes are compressed. */
  readonly mediaType: string
  /** The digest that the compressed bytes must have, if no one else looks at it. */
  readonly digest?: string
  /** The digest that the uncompressed bytes must have, from the image's config. */
  readonly diffId: string
  /** The directory below which the layers lie. */
  readonly layersDir: string
  /** Told how many compressed bytes have been unpacked so far. */
  readonly onProgress?: (bytes: number) => void
}

export interface Unpacked {
  /** The layer's directory below `layersDir`. */
  readonly name: string
  /** The bytes in all its files. */
  readonly size: number
}

/** Pieces for the worker are of this size; so many of them are on their way at once. */
const pieceSize = 1 << 18
const piecesAhead = 4

const unfinished = '.unpacking-'

/**
 * Unpack a layer. `source` is read to its end.
 * @throws Error if a digest is wrong, the archive is damaged, or it holds what a layer must not hold; nothing is left then
 */
export async function unpackLayer(
  source: AsyncIterable<Uint8Array>,
  options: UnpackOptions,
): Promise<Unpacked> {
  const { layersDir, diffId, mediaType } = options
  const name = layerName(diffId)
  const compression = compressionOf(mediaType)
  mkdirSync(layersDir, { recursive: true, mode: 0o700 })
  using workplace = makeWorkplace(layersDir)
  try {
    const task: Task = { directory: workplace.directory, diffId, compression }
    const done = await inWorker(task, checked(source, options.digest), options.onProgress)
    commit(workplace.directory, layersDir, name, { diffId, ...done })
    return { name, size: done.size }
  } catch (error) {
    throw new Error(`Layer ${diffId.slice(0, 19)}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  }
}

/** Remove what killed processes left below `layersDir`. @returns the names */
export function removeUnfinished(layersDir: string): string[] {
  const left = existsSync(layersDir)
    ? readdirSync(layersDir).filter((name) => name.startsWith(unfinished))
    : []
  return left.filter((name) => {
    const lock = tryLock(`${layersDir}/${name}`)
    if (lock === undefined) return false
    rmSync(`${layersDir}/${name}`, { recursive: true, force: true })
    closeSync(lock)
    return true
  })
}

/** OCI image spec, layer.md and media-types.md; Docker's names for the same end with a dot instead of a plus */
function compressionOf(mediaType: string): Compression {
  if (/[.+]gzip$/.test(mediaType)) return 'gzip'
  if (/[.+]zstd$/.test(mediaType)) return 'zstd'
  if (mediaType.endsWith('.tar')) return 'none'
  throw new Error(`A layer of the type ${mediaType} cannot be unpacked: tar, tar+gzip and tar+zstd can.`)
}

interface Workplace extends Disposable {
  readonly directory: string
}

/** A new directory for the layer, locked, and gone at the end unless it was given another name. */
function makeWorkplace(layersDir: string): Workplace {
  const directory = mkdtempSync(`${layersDir}/${unfinished}`)
  // what the archive does not say of its root directory; the layers' own directory keeps others out
  chmodSync(directory, 0o755)
  const lock = tryLock(directory)
  return {
    directory,
    [Symbol.dispose]: () => {
      rmSync(directory, { recursive: true, force: true })
      if (lock !== undefined) closeSync(lock)
    },
  }
}

/** @returns a descriptor that holds the lock until it is closed, or undefined if another process has it */
function tryLock(directory: string): number | undefined {
  const fd = openSync(directory, 'r')
  if (attempt(flock(fd, LOCK_EX | LOCK_NB)) === 0) return fd
  closeSync(fd)
  return undefined
}

/** The same bytes, after which it is certain that they were the right ones. */
async function* checked(
  source: AsyncIterable<Uint8Array>,
  digest: string | undefined,
): AsyncGenerator<Uint8Array> {
  const hash = digest === undefined ? undefined : createHash('sha256')
  for await (const bytes of source) {
    hash?.update(bytes)
    yield bytes
  }
  const found = hash && `sha256:${hash.digest('hex')}`
  if (found !== digest) throw new Error(`the bytes that came have the digest ${found}, and not ${digest}`)
}

/** Let a thread of its own unpack what `source` brings. */
async function inWorker(
  task: Task,
  source: AsyncIterable<Uint8Array>,
  onProgress?: (bytes: number) => void,
): Promise<Done> {
  // The threads behind fs.promises, name lookup and zlib start at their first work, all at once, with the root of the
  // thread that asks. Let that be this one: else files and lookups of the whole process would end up in the layer.
  await stat('/')
  const worker = new Worker(new URL(`./unpack-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: task,
  })
  /** The sizes of the pieces that the worker has not taken up yet. */
  const ahead: number[] = []
  /** Memory of pieces that it has taken up. */
  const spare: ArrayBuffer[] = []
  let taken = 0
  let failure: Error | undefined
  let moved = Promise.withResolvers<void>()
  const done = new Promise<Done>((resolve, reject) => {
    const fail = (error: Error) => {
      failure = error
      moved.resolve()
      reject(error)
    }
    worker.on('error', fail)
    worker.on('exit', () => fail(new Error('the thread that unpacks it has ended')))
    worker.on('message', (message: FromWorker) => {
      if ('taken' in message) {
        spare.push(message.taken)
        taken += ahead.shift() ?? 0
        onProgress?.(taken)
        moved.resolve()
      } else if ('done' in message) resolve(message.done)
      else {
        const { error, code } = message
        fail(Object.assign(new Error(error), code === undefined ? {} : { code }))
      }
    })
  })
  // a failure is met where the next piece is sent, or at the end
  done.catch(() => {})
  try {
    for await (const piece of inPieces(source, spare)) {
      while (ahead.length >= piecesAhead && !failure) {
        moved = Promise.withResolvers()
        await moved.promise
      }
      if (failure) break
      ahead.push(piece.length)
      worker.postMessage(piece satisfies ToWorker, [piece.buffer])
    }
    worker.postMessage('end' satisfies ToWorker)
    return await done
  } finally {
    await worker.terminate()
  }
}

/** The same bytes in large pieces, each in memory of its own, which can be given to a thread without copying. */
async function* inPieces(
  source: AsyncIterable<Uint8Array>,
  spare: ArrayBuffer[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const empty = () => new Uint8Array(spare.pop() ?? new ArrayBuffer(pieceSize))
  let piece = empty()
  let length = 0
  for await (const bytes of source) {
    for (let at = 0; at < bytes.length; ) {
      const some = bytes.subarray(at, at + pieceSize - length)
      piece.set(some, length)
      length += some.length
      at += some.length
      if (length < pieceSize) continue
      yield piece
      piece = empty()
      length = 0
    }
  }
  if (length > 0) yield piece.subarray(0, length)
}

/** Give the directory its name. The file beside it comes first, so that whoever sees the layer finds that too. */
function commit(directory: string, layersDir: string, name: string, facts: LayerFacts): void {
  const isThere = existsSync(`${layersDir}/${name}`)
  if (!isThere) writeFacts(layersDir, name, facts)
  try {
    renameSync(directory, `${layersDir}/${name}`)
  } catch (error) {
    // someone else was faster, and has put the same there
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  }
}
