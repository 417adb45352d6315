// A file or a directory with all that is in it, as a tar archive: what `cp` carries. Reads only.
//
// Someone may be changing it meanwhile: directories are held open on the way down, and a file is looked at when it is open,
// so that what is replaced by a link or a device leads nowhere, and what goes away between two looks is left out.

import { type BigIntStats, closeSync, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { hereOf, type Place } from '../rootfs/in-root.ts'
import * as C from '../syscall/constants.ts'
import { entryOf, type Found, type IdShift, refuseTooDeep } from './file-entry.ts'
import { encodeHeader, endOfArchive, padding } from './tar-encode.ts'

const pieceSize = 1 << 18
// without O_NONBLOCK, to open a fifo would be to wait for whoever writes into it
const openFile = C.O_RDONLY | C.O_NOFOLLOW | C.O_NONBLOCK | C.O_CLOEXEC
const openDirectory = openFile | C.O_DIRECTORY

/**
 * The archive, piece by piece. Sockets are left out: an archive cannot hold them.
 * @param as the name that `place` gets in it
 * @param ids from the owners on the disk to those in the archive, where these are others
 * @throws Error if a file becomes shorter while it is read
 */
export function* archived(
  place: Pick<Place, 'directory' | 'name'>,
  as: string,
  ids?: IdShift,
): Generator<Buffer, void, undefined> {
  yield* one(hereOf(place), as, { firstNames: new Map(), ids })
  yield endOfArchive
}

interface Context {
  /** The first name of each file that has several: the others become hard links to it. */
  readonly firstNames: Map<string, string>
  readonly ids: IdShift | undefined
}

function* one(here: Buffer, path: string, context: Context): Generator<Buffer, void, undefined> {
  const stats = lstatSync(here, { bigint: true, throwIfNoEntry: false })
  if (stats === undefined || stats.isSocket()) return
  if (stats.isFile()) {
    yield* file({ here, path, stats }, context)
    return
  }
  yield encodeHeader(entryOf({ here, path, stats }, undefined, context.ids))
  if (stats.isDirectory()) yield* below(here, path, context)
}

function* below(here: Buffer, path: string, context: Context): Generator<Buffer, void, undefined> {
  refuseTooDeep(path)
  using held = new DisposableStack()
  const directory = opened(here, openDirectory, held)
  if (directory === undefined) return
  for (const name of readdirSync(`/proc/self/fd/${directory}`, 'latin1').sort())
    yield* one(hereOf({ directory, name }), `${path}/${name}`, context)
}

function* file(found: Found, { firstNames, ids }: Context): Generator<Buffer, void, undefined> {
  using held = new DisposableStack()
  const fd = opened(found.here, openFile, held)
  const stats: BigIntStats | undefined = fd === undefined ? undefined : fstatSync(fd, { bigint: true })
  if (fd === undefined || !stats?.isFile()) return
  const key = `${stats.dev}:${stats.ino}`
  const first = firstNames.get(key)
  if (stats.nlink > 1n) firstNames.set(key, first ?? found.path)
  const entry = entryOf({ ...found, stats }, first, ids)
  yield encodeHeader(entry)
  for (let left = entry.size; left > 0; ) {
    const piece = Buffer.allocUnsafe(Math.min(left, pieceSize))
    const length = readSync(fd, piece, 0, piece.length, entry.size - left)
    if (length === 0) throw new Error(`${Buffer.from(found.path, 'latin1')} became shorter while it was read`)
    left -= length
    yield piece.subarray(0, length)
  }
  if (entry.size > 0) yield padding(entry.size)
}

/** @returns undefined if it has gone, or has become something else */
function opened(here: Buffer, flags: number, held: DisposableStack): number | undefined {
  try {
    const fd = openSync(here, flags)
    held.defer(() => closeSync(fd))
    return fd
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined
    throw error
  }
}
