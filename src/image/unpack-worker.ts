// The thread that unpacks one layer. Before it reads the first byte it makes the layer's directory its root: chapter
// 02's chroot, here to keep a stranger's archive in. A root belongs to a thread once it is not shared any more
// (unshare(CLONE_FS)), so the rest of the process goes on as before; this thread ends with its layer and never
// comes back out.
//
// Everything below must be synchronous where files are concerned: Node's fs.promises works in other threads, which
// have the old root. Inflating does too, but touches no files.

import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { call } from '../syscall/call.ts'
import { CLONE_FS } from '../syscall/constants.ts'
import { umask } from '../syscall/file.ts'
import { chdir, chroot } from '../syscall/mount.ts'
import { unshare } from '../syscall/process.ts'
import { layerLimit } from './layer-limit.ts'
import { codeOf } from './layer-path.ts'
import { layerTree } from './layer-tree.ts'
import type { Compression, FromWorker, Task, ToWorker } from './unpack-messages.ts'
import { untar } from './untar.ts'

const { directory, diffId, compression } = workerData as Task
const port = parentPort!

/** Enough for the pieces to be few, and small enough that several layers at once stay small. */
const pieceSize = 1 << 18

function enter(): void {
  call(unshare(CLONE_FS))
  call(chroot(directory))
  call(chdir('/'))
  // modes are those of the archive, whatever the user's habits
  call(umask(0))
}

function unpack(): void {
  const limit = layerLimit(process.env.GOCKER_LAYER_LIMIT)
  const tree = layerTree(limit)
  const reader = untar(tree)
  const hash = createHash('sha256')

  const take = (piece: Buffer) => {
    hash.update(piece)
    reader.push(piece)
  }
  const finish = () => {
    const found = `sha256:${hash.digest('hex')}`
    if (found !== diffId)
      throw new Error(`its content has the digest ${found}: it is not what the image says`)
    reader.end()
    post({ done: tree.finish() })
    port.close()
  }
  const input = inflating(compression, take, finish)
  port.on('message', (message: ToWorker) => {
    if (message === 'end') input.end()
    else {
      limit.came(message.length)
      input.write(message, () => post({ taken: message.buffer }, [message.buffer]))
    }
  })
}

interface Input {
  write(piece: Uint8Array, taken: () => void): void
  end(): void
}

/** Hand on what comes in, inflated. */
function inflating(kind: Compression, take: (piece: Buffer) => void, finish: () => void): Input {
  if (kind === 'none') {
    return {
      write: (piece, taken) => {
        attempt(() => take(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)))
        taken()
      },
      end: () => attempt(finish),
    }
  }
  const options = { chunkSize: pieceSize, readableHighWaterMark: 8 * pieceSize, highWaterMark: 8 * pieceSize }
  const stream = kind === 'gzip' ? createGunzip(options) : createZstdDecompress(options)
  // taken up only after the stream has begun with the next piece in another thread: so the two work side by side
  stream.on('data', (piece: Buffer<ArrayBuffer>) =>
    queueMicrotask(() => {
      attempt(() => take(piece))
      release(piece)
    }),
  )
  stream.on('end', () => queueMicrotask(() => attempt(finish)))
  stream.on('error', (error) => fail(new Error(`it cannot be decompressed: ${error.message}`)))
  return { write: (piece, taken) => stream.write(piece, () => taken()), end: () => stream.end() }
}

/**
 * Give back the memory of a piece now: the garbage collector would let 60 MB of it come together first. The stream
 * fills a buffer piece by piece; it is done with it when the piece reaches the end.
 */
function release({ buffer, byteOffset, byteLength }: Buffer<ArrayBuffer>): void {
  if (byteOffset + byteLength === buffer.byteLength) buffer.transfer(0)
}

let failed = false

function attempt(work: () => void): void {
  if (failed) return
  try {
    work()
  } catch (error) {
    fail(error)
  }
}

function fail(error: unknown): void {
  failed = true
  post({ error: error instanceof Error ? error.message : String(error), code: codeOf(error) })
  port.close()
}

function post(message: FromWorker, given: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, given)
}

attempt(() => {
  enter()
  unpack()
})
