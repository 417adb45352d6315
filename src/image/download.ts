// One blob, from the registry to whoever unpacks it, in one pass: each chunk is hashed, written to the blob's file and
// handed on. The reader's pace is the network's pace. A connection that breaks is taken up where it broke; a download
// that breaks leaves its part in `partial/`, and the next pull starts with that. The blob gets its name when its digest is right.

import { createHash, type Hash } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { attempt } from '../syscall/call.ts'
import { LOCK_EX, LOCK_NB } from '../syscall/constants.ts'
import { flock } from '../syscall/file.ts'
import { shortOf } from './digest.ts'
import { Dropped, type HttpOptions, pause } from './http.ts'
import { blobPath, partialPath } from './layout.ts'
import type { Descriptor } from './manifest.ts'
import type { Registry } from './registry.ts'

/** What came is not what was asked for. */
export class WrongDigest extends Error {
  override readonly name = 'WrongDigest'
  /** were some of the bytes left from an earlier pull? Then they may be the wrong ones */
  readonly resumed: boolean
  constructor(message: string, resumed: boolean) {
    super(message)
    this.resumed = resumed
  }
}

export interface DownloadOptions extends HttpOptions {
  /** Told how many bytes there are by now. */
  readonly onBytes?: (bytes: number) => void
  /** Told of each piece of memory that was used. */
  readonly onPiece?: (length: number) => void
}

/** The file that a download grows in, locked: two pulls of one layer do not write into each other. */
export interface Partial extends Disposable {
  readonly fd: number
}

/**
 * Open the partial file of a blob and lock it, after another pull that holds it is done.
 * It is closed, and so unlocked, with `[Symbol.dispose]`.
 */
export async function openPartial(imagesDir: string, digest: string, signal?: AbortSignal): Promise<Partial> {
  const path = partialPath(imagesDir, digest)
  for (;;) {
    const fd = openSync(path, 'a+', 0o600)
    const locked = attempt(flock(fd, LOCK_EX | LOCK_NB)) === 0
    // who had the lock before may have given the file its final name since
    if (locked && isStill(fd, path)) return { fd, [Symbol.dispose]: () => closePartial(fd, path) }
    closeSync(fd)
    if (!locked) await setTimeout(100, undefined, { signal })
  }
}

/**
 * The bytes of a blob, from its first to its last. When the last was taken the blob is in place. A chunk is valid until the
 * next one is asked for.
 * @throws WrongDigest; Error when the registry is away, or sends more or less than it said
 */
export async function* download(
  registry: Registry,
  imagesDir: string,
  descriptor: Descriptor,
  partial: Partial,
  options: DownloadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256')
  const resumed = fstatSync(partial.fd).size
  // longer than it should be: not ours to go on with
  if (resumed > descriptor.size) ftruncateSync(partial.fd)
  else {
    for (const chunk of chunksOf(partial.fd)) {
      hash.update(chunk)
      yield chunk
    }
  }
  const start = resumed > descriptor.size ? 0 : resumed
  yield* later(registry, descriptor, partial, hash, start, options)

  const digest = `sha256:${hash.digest('hex')}`
  if (digest !== descriptor.digest) {
    ftruncateSync(partial.fd)
    throw new WrongDigest(
      `Wrong digest: ${shortOf(descriptor.digest)} should be ${descriptor.digest} and is ${digest}.\n` +
        'The registry, or something on the way, changed it. Nothing of it was kept.',
      start > 0,
    )
  }
  renameSync(partialPath(imagesDir, digest), blobPath(imagesDir, descriptor.digest))
}

/** What lies in an open file, always in the same memory: a chunk is valid until the next is asked for. */
function* chunksOf(fd: number): Generator<Uint8Array, void, undefined> {
  const chunk = Buffer.alloc(1 << 18)
  for (let position = 0; ; ) {
    const length = readSync(fd, chunk, 0, chunk.length, position)
    if (length === 0) return
    position += length
    yield chunk.subarray(0, length)
  }
}

/** The bytes of a blob that is in place. Valid as those of `download`. */
export async function* blobBytes(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const fd = openSync(path, 'r')
  try {
    yield* chunksOf(fd)
  } finally {
    closeSync(fd)
  }
}

/** The bytes from `start` on, over as many connections as it takes. */
async function* later(
  registry: Registry,
  descriptor: Descriptor,
  { fd }: Partial,
  hash: Hash,
  start: number,
  options: DownloadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  let have = start
  options.onBytes?.(have)
  for (let failures = 0; have < descriptor.size; ) {
    const before = have
    try {
      // #region pieces
      for await (const chunk of bytesFrom(registry, descriptor, have)) {
        have += chunk.length
        if (have > descriptor.size) throw tooLong(descriptor)
        hash.update(chunk)
        writeAll(fd, chunk)
        options.onBytes?.(have)
        yield chunk
        options.onPiece?.(chunk.length)
        release(chunk)
      }
      // #endregion pieces
      if (have < descriptor.size) throw new Dropped(`Only ${have} of ${descriptor.size} bytes came`)
    } catch (error) {
      if (!(error instanceof Dropped)) throw error
      // a connection that brought a good piece has earned another
      failures = have - before >= 1 << 20 ? 1 : failures + 1
      if (failures >= (options.attempts ?? 6)) {
        throw new Error(
          `${error.message}.\nTried ${failures} times. What came is kept: the next pull goes on from there.`,
        )
      }
      await pause(error, failures, options)
    }
  }
}

async function* bytesFrom(
  registry: Registry,
  descriptor: Descriptor,
  offset: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { status, headers, body, discard } = await registry.blob(descriptor, offset)
  const length = headers.get('content-length')
  // a registry without ranges starts again from the first byte
  let skip = status === 206 ? 0 : offset
  const first = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1]
  if (status === 206 && Number(first) !== offset) {
    await discard()
    throw new Error(`The registry was asked for the bytes from ${offset} on, and offers those from ${first}.`)
  }
  if (length !== null && Number(length) !== descriptor.size - offset + skip) {
    await discard()
    throw new Error(
      `The manifest says that ${shortOf(descriptor.digest)} has ${descriptor.size} bytes; the registry offers ${length}.`,
    )
  }
  for await (const chunk of body) {
    if (skip >= chunk.length) skip -= chunk.length
    else {
      yield skip > 0 ? chunk.subarray(skip) : chunk
      skip = 0
    }
  }
}

/** What holds nothing is not worth keeping. */
function closePartial(fd: number, path: string): void {
  if (fstatSync(fd).size === 0 && isStill(fd, path)) rmSync(path, { force: true })
  closeSync(fd)
}

/** write(2) may take a part only. Synchronous: it goes into the page cache, and no chunk waits for another. */
function writeAll(fd: number, chunk: Uint8Array): void {
  for (let written = 0; written < chunk.length; ) written += writeSync(fd, chunk, written)
}

/** Give a chunk's memory back now: the garbage collector would let some 30 MB of them come together first. */
function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

function tooLong({ digest, size }: Descriptor): Error {
  return new Error(`The registry sends more than the ${size} bytes that ${shortOf(digest)} should have.`)
}

function isStill(fd: number, path: string): boolean {
  try {
    return fstatSync(fd).ino === statSync(path).ino
  } catch {
    return false
  }
}
