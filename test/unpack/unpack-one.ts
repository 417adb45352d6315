// Unpack the archive in argv[2] below argv[3] and print what came of it, as JSON. In a process of its own: the tests
// look at what it did from outside.

import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { unpackLayer } from '../../src/image/unpack.ts'

const [file = '', layersDir = '', claims = '{}'] = process.argv.slice(2)
const given = JSON.parse(claims) as { diffId?: string; digest?: string; chunk?: number; compression?: string }
const kind = given.compression ?? (file.endsWith('.gz') ? 'gzip' : file.endsWith('.zst') ? 'zstd' : 'none')

function uncompressed(): Buffer {
  const bytes = readFileSync(file)
  return kind === 'gzip' ? gunzipSync(bytes) : kind === 'zstd' ? zstdDecompressSync(bytes) : bytes
}

try {
  const diffId = given.diffId ?? `sha256:${createHash('sha256').update(uncompressed()).digest('hex')}`
  const mediaType = `application/vnd.oci.image.layer.v1.tar${kind === 'none' ? '' : `+${kind}`}`
  const source = createReadStream(file, { highWaterMark: given.chunk ?? 65536 })
  const unpacked = await unpackLayer(source, { mediaType, diffId, digest: given.digest, layersDir })
  console.log(JSON.stringify(unpacked))
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }))
}
