// How bytes are compressed, told by how they begin: archives come without a media type. Pure, but for reading what it
// is given.

import { createHash } from 'node:crypto'
import type { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { Compression } from './unpack-messages.ts'

/** As many bytes as tell every format from the others. */
export const headLength = 6

/**
 * @param head the first bytes, as many as there are
 * @throws Error for a format that is known and cannot be inflated here
 */
export function compressionOf(head: Uint8Array): Compression {
  const hex = Buffer.from(head).toString('hex')
  // RFC 1952, RFC 8878
  if (hex.startsWith('1f8b')) return 'gzip'
  if (hex.startsWith('28b52ffd')) return 'zstd'
  const strange = hex.startsWith('425a68') ? 'bzip2' : hex.startsWith('fd377a585a00') ? 'xz' : undefined
  if (strange)
    throw new Error(
      `It is compressed with ${strange}, which cannot be inflated here.\nInflate it first (${strange} -d), or compress it with gzip or zstd.`,
    )
  return 'none'
}

/** The media type of a layer that is compressed in this way. OCI image spec, layer.md */
export function layerTypeOf(compression: Compression): string {
  const end = compression === 'none' ? '' : `+${compression}`
  return `application/vnd.oci.image.layer.v1.tar${end}`
}

/** The same bytes, inflated; each piece is valid until the next one is asked for. @throws Error, while it is read, if they are damaged */
export async function* inflated(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Buffer, void, undefined> {
  if (compression === 'none') {
    for await (const { buffer, byteOffset, byteLength } of source)
      yield Buffer.from(buffer, byteOffset, byteLength)
    return
  }
  const stream: Transform = compression === 'gzip' ? createGunzip() : createZstdDecompress()
  // a piece of `source` may be valid only until the next one is asked for
  const copies = async function* () {
    for await (const piece of source) yield Buffer.from(piece)
  }
  const flowing = pipeline(copies, stream)
  flowing.catch(() => {})
  try {
    yield* stream as Readable & AsyncIterable<Buffer>
    await flowing
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (!/^(Z_|ZSTD_|ERR_ZSTD)/.test(code)) throw error
    throw new Error(`It cannot be decompressed: ${message}.`)
  } finally {
    stream.destroy()
  }
}

/** Look at the first bytes, and give all of them. */
export async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; bytes: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < headLength) {
    const { done, value } = await iterator.next()
    if (done) break
    head = Buffer.concat([head, value])
  }
  const bytes = async function* () {
    yield head
    try {
      yield* { [Symbol.asyncIterator]: () => iterator }
    } finally {
      await iterator.return?.()
    }
  }
  return { head: head.subarray(0, headLength), bytes: bytes() }
}

export async function digestOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of source) hash.update(piece)
  return `sha256:${hash.digest('hex')}`
}
