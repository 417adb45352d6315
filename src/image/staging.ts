// Files on their way into the store: they lie in a directory of their own below `partial/`, under numbers, so that no
// name from outside becomes a path; each is hashed while it is written. What is not taken over goes at the end; what a
// killed process left goes with the next sweep (remove.ts).
//
// To be used while the store is being added to (`whileAdding`).

import { createHash } from 'node:crypto'
import {
  closeSync,
  linkSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { headLength } from './compression.ts'
import { blobPath } from './layout.ts'
import { sizeText } from './progress.ts'

/** A file that is complete. */
export interface Staged {
  readonly path: string
  readonly size: number
  readonly digest: string
}

export interface Writing {
  write(bytes: Uint8Array): void
  end(): Staged
}

export interface Staging extends Disposable {
  /** Begin a file. @throws Error if `size` bytes are more than the disk has room for */
  begin(size?: number): Writing
}

export function openStaging(imagesDir: string): Staging {
  const directory = mkdtempSync(`${imagesDir}/partial/load-`)
  let count = 0
  let open: number | undefined
  const close = () => {
    if (open !== undefined) closeSync(open)
    open = undefined
  }
  const clear = () => rmSync(directory, { recursive: true, force: true })
  // for a command that a person breaks off
  process.once('exit', clear)
  return {
    begin: (expected = 0) => {
      checkRoom(directory, expected)
      const path = `${directory}/${count++}`
      const fd = openSync(path, 'wx', 0o600)
      open = fd
      const hash = createHash('sha256')
      let size = 0
      return {
        write: (bytes) => {
          hash.update(bytes)
          for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
          size += bytes.length
        },
        end: () => {
          close()
          return { path, size, digest: `sha256:${hash.digest('hex')}` }
        },
      }
    },
    [Symbol.dispose]: () => {
      close()
      clear()
      process.off('exit', clear)
    },
  }
}

/** Write all of `source` into one file. */
export async function stage(
  staging: Staging,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Staged> {
  const writing = staging.begin()
  for await (const piece of source) writing.write(piece)
  return writing.end()
}

/** Make the file a blob of the store, as well as what it is. It may be there already: then it is the same. link(2) */
export function takeOver(imagesDir: string, { path, digest }: Staged): void {
  try {
    linkSync(path, blobPath(imagesDir, digest))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** The first bytes, which tell how it is compressed. */
export function headOf({ path }: Staged): Uint8Array {
  const fd = openSync(path, 'r')
  try {
    const head = Buffer.alloc(headLength)
    return head.subarray(0, readSync(fd, head, 0, headLength, 0))
  } finally {
    closeSync(fd)
  }
}

/** The whole file, for one that is a page or two of JSON. @throws Error if it is longer */
export function contentOf({ path, size }: Staged, most: number, what: string): Buffer {
  if (size > most)
    throw new Error(`The ${what} has ${size} bytes; at most ${most} are read: what is longer is none.`)
  return readFileSync(path)
}

function checkRoom(directory: string, size: number): void {
  const { bavail, bsize } = statfsSync(directory)
  if (size <= bavail * bsize) return
  throw new Error(
    `The archive announces a file of ${sizeText(size)}, and the disk has room for ${sizeText(bavail * bsize)}.\n` +
      'Nothing was kept. If the archive is to be trusted, make room: gocker system prune.',
  )
}
