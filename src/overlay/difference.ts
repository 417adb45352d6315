// What a container has written, as a layer: the overlay file system has put all of it into the upper directory, so the
// difference between before and after lies there to be read. As an OCI archive it can be laid over the same layers
// anywhere. OCI image spec, layer.md, "Creating"
//
// Reads only. The container may be running: its directories are held open on the way down, so that one which is
// replaced by a link meanwhile leads nowhere.

import { closeSync, lstatSync, openSync, readdirSync } from 'node:fs'
import * as C from '../syscall/constants.ts'
import { emptyEntry, type Found, type IdShift, inC, partsOf, refuseTooDeep } from './file-entry.ts'
import { placeOf } from './lookup.ts'
import { encodeHeader, endOfArchive } from './tar-encode.ts'
import type { Entry } from './tar-header.ts'
import { isOpaque, isWhiteout, opaqueMarker, whiteoutName } from './whiteout.ts'

/** Something in the upper directory. */
interface Changed extends Found {
  readonly opaque: boolean
}

/** Docker's letters: added, changed, deleted. */
export interface Change {
  readonly kind: 'A' | 'C' | 'D'
  readonly path: string
}

/**
 * What has changed, as `docker diff` lists it.
 * @param upper the upper directory of the overlay
 * @param layerDirs the layers below it, absolute, the uppermost first
 */
export function changes(upper: string, layerDirs: readonly string[]): Change[] {
  return Array.from(walk(upper), ({ path, stats }) => {
    const name = `/${Buffer.from(path, 'latin1')}`
    if (isWhiteout({ mode: Number(stats.mode), rdev: Number(stats.rdev) })) return { kind: 'D', path: name }
    return { kind: placeOf(layerDirs, name) ? 'C' : 'A', path: name }
  })
}

/**
 * The difference as an uncompressed tar archive, piece by piece. Sockets are left out: an archive cannot hold them.
 * @param ids from the owners on the disk to those in the archive, where these are others
 * @throws Error if a file changes its size while it is read
 */
export function* difference(upper: string, ids?: IdShift): Generator<Buffer, void, undefined> {
  /** The first name of each file that has several: the others become hard links to it. */
  const firstNames = new Map<bigint, string>()
  for (const found of walk(upper)) {
    const { path, stats } = found
    const first = firstNames.get(stats.ino)
    if (!stats.isDirectory() && stats.nlink > 1n) firstNames.set(stats.ino, first ?? path)
    const whiteout = whiteoutOf(found)
    if (whiteout) yield encodeHeader(whiteout)
    else yield* partsOf(found, first, ids)
    if (found.opaque) yield encodeHeader({ ...emptyEntry, name: opaqueMarker(`${path}/`) })
  }
  yield endOfArchive
}

/** All that is below `directory`, in the order of the names, each directory before what is in it. */
function* walk(directory: string): Generator<Changed, void, undefined> {
  yield* below(openSync(directory, C.O_RDONLY | C.O_DIRECTORY | C.O_CLOEXEC), '')
}

function* below(fd: number, prefix: string): Generator<Changed, void, undefined> {
  using held = new DisposableStack()
  held.defer(() => closeSync(fd))
  // the directory itself, whatever its name leads to by now: proc(5)
  const own = `/proc/self/fd/${fd}`
  for (const name of readdirSync(own, 'latin1').sort()) {
    const here = Buffer.from(`${own}/${name}`, 'latin1')
    const stats = lstatSync(here, { bigint: true })
    const path = prefix + name
    if (stats.isSocket()) continue
    yield { here, path, stats, opaque: stats.isDirectory() && isOpaque(inC(here)) }
    if (!stats.isDirectory()) continue
    refuseTooDeep(path)
    yield* below(openSync(here, C.O_RDONLY | C.O_DIRECTORY | C.O_NOFOLLOW | C.O_CLOEXEC), `${path}/`)
  }
}

/** An empty file with a name that says what is gone, if that is what it is. */
function whiteoutOf({ path, stats }: Found): Entry | undefined {
  if (!isWhiteout({ mode: Number(stats.mode), rdev: Number(stats.rdev) })) return undefined
  const slash = path.lastIndexOf('/') + 1
  return { ...emptyEntry, name: path.slice(0, slash) + whiteoutName(path.slice(slash)) }
}
