// All layers of a container as one tree, in a tar archive: what `docker export` writes. It is put together as the overlay
// file system would, but without a mount. Reads only.
//
// The container may be running, and changes its uppermost directory meanwhile: directories are held open on the way down,
// so that one which is replaced by a link leads nowhere, and what goes away between two looks is left out.

import { type BigIntStats, closeSync, lstatSync, openSync, readdirSync } from 'node:fs'
import * as C from '../syscall/constants.ts'
import { type Found, type IdShift, inC, partsOf, refuseTooDeep } from './file-entry.ts'
import { endOfArchive } from './tar-encode.ts'
import { isOpaque, isWhiteout } from './whiteout.ts'

/**
 * The tree as an uncompressed tar archive, piece by piece. Sockets are left out: an archive cannot hold them.
 * @param directories absolute, the uppermost first
 * @param ids from the owners in the uppermost to those in the archive; those of the others are good as they are
 */
export function* flattened(
  directories: readonly string[],
  ids?: IdShift,
): Generator<Buffer, void, undefined> {
  /** The first name of each file that has several: the others become hard links to it. */
  const firstNames = new Map<string, string>()
  for (const found of below(
    directories.map((path, i) => ({ fd: openSync(path, openFlags), isUpper: i === 0 })),
    '',
  )) {
    const { path, stats } = found
    const key = `${stats.dev}:${stats.ino}`
    const first = firstNames.get(key)
    const parts = partsOf(found, first, found.isUpper ? ids : undefined)
    const header = unlessGone(() => parts.next().value)
    if (!header) continue
    if (!stats.isDirectory() && stats.nlink > 1n) firstNames.set(key, first ?? path)
    yield header
    yield* parts
  }
  yield endOfArchive
}

const openFlags = C.O_RDONLY | C.O_DIRECTORY | C.O_NOFOLLOW | C.O_CLOEXEC

/** A directory of one layer; or of the directory above all layers. */
interface Open {
  readonly fd: number
  readonly isUpper: boolean
}

/** What is in one directory of the tree. @param open its part in each layer that has one; closed in here */
function* below(
  open: readonly Open[],
  prefix: string,
): Generator<Found & Pick<Open, 'isUpper'>, void, undefined> {
  using held = new DisposableStack()
  for (const { fd } of open) held.defer(() => closeSync(fd))
  // the directories themselves, whatever their names lead to by now: proc(5)
  const parts = open.map(({ fd, isUpper }) => ({ path: `/proc/self/fd/${fd}`, isUpper }))
  const names = new Set(parts.flatMap(({ path }) => readdirSync(path, 'latin1')))
  for (const name of [...names].sort()) {
    const merged = merge(parts, name)
    const [uppermost] = merged
    if (!uppermost || uppermost.stats.isSocket()) continue
    const path = prefix + name
    yield { ...uppermost, path }
    if (!uppermost.stats.isDirectory()) continue
    refuseTooDeep(path)
    yield* below(opened(merged), `${path}/`)
  }
}

interface Part extends Pick<Open, 'isUpper'> {
  readonly here: Buffer
  readonly stats: BigIntStats
}

/** One name in the parts of a directory: the uppermost, and, if that is a directory, those that show through it. */
function merge(parts: readonly { readonly path: string; readonly isUpper: boolean }[], name: string): Part[] {
  const found: Part[] = []
  for (const { path, isUpper } of parts) {
    const here = Buffer.from(`${path}/${name}`, 'latin1')
    const stats = lstatSync(here, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) continue
    if (!stats.isDirectory()) {
      // a directory above hides a file below, and a whiteout hides everything
      const isGone = isWhiteout({ mode: Number(stats.mode), rdev: Number(stats.rdev) })
      if (found.length === 0 && !isGone) found.push({ here, stats, isUpper })
      break
    }
    found.push({ here, stats, isUpper })
    if (isOpaque(inC(here))) break
  }
  return found
}

function opened(parts: readonly Part[]): Open[] {
  return parts.flatMap(
    ({ here, isUpper }) => unlessGone(() => ({ fd: openSync(here, openFlags), isUpper })) ?? [],
  )
}

/** A running container may have taken it away, or put something else there, since it was looked at. */
function unlessGone<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) return undefined
    throw error
  }
}
