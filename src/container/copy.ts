// `cp`: files go from one tree to another as a tar archive. What becomes of them by which name are Docker's rules:
// docs.docker.com/reference/cli/docker/container/cp, and pkg/archive/copy.go of Moby.

import { extraction, type Owner } from '../image/extract.ts'
import { untar } from '../image/untar.ts'
import { archived } from '../overlay/archive-tree.ts'
import type { IdShift } from '../overlay/file-entry.ts'
import type { Entry } from '../overlay/tar-header.ts'
import { locate, type Place } from '../rootfs/in-root.ts'
import { UserError } from './user-error.ts'

/** A path of the host or of a container. */
export interface Endpoint {
  /** The root directory that the path begins at, open. */
  readonly root: number
  /** Absolute. */
  readonly path: string
  /** As it was typed: `web:/etc`. */
  readonly shown: string
  /** Of the container; undefined for the host. */
  readonly container?: string
  /** Is its root read-only? Else what cannot be written to is a volume. */
  readonly readOnlyRoot?: boolean
}

/** @param follows if it is a link, what that leads to */
export function findSource(from: Endpoint, follows: boolean, held: DisposableStack): Place {
  const place = locate(from.root, inBytes(from.path), follows, held)
  if (!place?.stats) throw missing(from)
  if (assertsDirectory(from.path) && !place.stats.isDirectory()) {
    const target = locate(from.root, inBytes(from.path), true, held)
    if (!target?.stats?.isDirectory()) throw new UserError('not a directory')
    return target
  }
  return place
}

/** The archive of a file or directory, in which it has its own name. @param ids from its owners to those in the archive */
export function archiveOf(source: Place, from: Endpoint, ids?: IdShift): Iterable<Buffer> {
  return archived(source, nameOf(source, from), ids)
}

/** Copy a file or a directory. @returns the bytes of the archive */
export async function copy(
  source: Place,
  from: Endpoint,
  to: Endpoint,
  ownerOf: (entry: Entry) => Owner | undefined,
): Promise<number> {
  using held = new DisposableStack()
  const target = locate(to.root, inBytes(to.path), true, held)
  if (!target && assertsDirectory(to.path)) throw new UserError('no such directory')
  if (!target) throw missing({ ...to, path: to.path.replace(/\/+[^/]*$/, '') || '/' })
  const isDirectory = source.stats!.isDirectory()
  if (target.stats?.isDirectory()) {
    const into = directoryOf(target, to, held)
    return await extract(archived(source, nameOf(source, from)), into, ownerOf, to)
  }
  if (target.stats && isDirectory) throw new UserError('cannot copy directory')
  if (!isDirectory && assertsDirectory(to.path)) {
    if (target.stats) throw new UserError('not a directory')
    throw new UserError(`destination directory "${to.shown}" must exist`)
  }
  return await extract(archived(source, target.name), target.directory, ownerOf, to)
}

/** Unpack an archive into a directory that is there. @returns its bytes */
export function unpack(
  bytes: AsyncIterable<Buffer>,
  to: Endpoint,
  ownerOf: (entry: Entry) => Owner | undefined,
): Promise<number> {
  using held = new DisposableStack()
  const target = locate(to.root, inBytes(to.path), true, held)
  if (!target?.stats?.isDirectory()) throw new UserError(`destination "${to.shown}" must be a directory`)
  // closed by whoever unpacks, and not when this returns
  const own = held.move()
  return extract(bytes, directoryOf(target, to, own), ownerOf, to).finally(() => own.dispose())
}

/** Names of the last directory itself: `.` copies what is in it. */
function nameOf(source: Place, { path }: Endpoint): string {
  if (source.name === '.' || path.endsWith('/.')) return '.'
  // a link that was followed keeps the name that was asked for
  const typed = inBytes(path).replace(/\/+$/, '')
  return typed.slice(typed.lastIndexOf('/') + 1)
}

function directoryOf(place: Place, { root, path }: Endpoint, held: DisposableStack): number {
  if (place.name === '.') return place.directory
  const inside = locate(root, `${inBytes(path)}/.`, true, held)
  if (!inside) throw new UserError(`${path} has gone while it was looked at`)
  return inside.directory
}

async function extract(
  bytes: Iterable<Buffer> | AsyncIterable<Buffer>,
  directory: number,
  ownerOf: (entry: Entry) => Owner | undefined,
  { container, readOnlyRoot }: Endpoint,
): Promise<number> {
  using tree = extraction(directory, ownerOf)
  const reader = untar(tree)
  let count = 0
  try {
    for await (const piece of bytes) {
      count += piece.length
      reader.push(piece)
    }
    reader.end()
    tree.finish()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EROFS' && container !== undefined)
      throw new UserError(`${readOnlyRoot ? 'container rootfs' : 'mounted volume'} is marked read-only`)
    throw error
  }
  return count
}

function missing({ container, path }: Endpoint): UserError {
  if (container === undefined) return new UserError(`lstat ${path}: no such file or directory`)
  return new UserError(`Could not find the file ${path} in container ${container}`)
}

function assertsDirectory(path: string): boolean {
  return path.endsWith('/') || path.endsWith('/.')
}

/** A name as the kernel has it: each character is a byte. */
function inBytes(path: string): string {
  return Buffer.from(path).toString('latin1')
}
