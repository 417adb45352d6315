// What a container has written, as a layer: the overlay file system has put all of it into the upper directory, so the
// difference between before and after lies there to be read. As an OCI archive it can be laid over the same layers
// anywhere. OCI image spec, layer.md, "Creating"
//
// Reads only. The container may be running: its directories are held open on the way down, so that one which is
// replaced by a link meanwhile leads nowhere.

import {
  type BigIntStats,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { lgetxattr, llistxattr } from '../syscall/file.ts'
import { placeOf } from './lookup.ts'
import { encodeHeader, endOfArchive, padding } from './tar-encode.ts'
import type { Entry, EntryType } from './tar-header.ts'
import { isOpaque, isWhiteout, opaqueMarker, whiteoutName } from './whiteout.ts'

/** Content goes out in pieces of this size. */
const pieceSize = 1 << 18

/** Attributes that belong to this host, and not to the file: how overlayfs steers itself, and the labels of SELinux. */
const ofTheHost = /^((trusted|user)\.overlay\.|security\.selinux$)/

/** Something in the upper directory. Names are strings in which each character is a byte. */
interface Found {
  /** Where it is now, good until the next one is asked for; ends with a NUL where C wants it. */
  readonly here: Buffer
  /** Its name in the tree, without `/` at the beginning. */
  readonly path: string
  readonly stats: BigIntStats
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
 * @throws Error if a file changes its size while it is read
 */
export function* difference(upper: string): Generator<Buffer, void, undefined> {
  /** The first name of each file that has several: the others become hard links to it. */
  const firstNames = new Map<bigint, string>()
  for (const found of walk(upper)) {
    const { path, stats } = found
    const first = firstNames.get(stats.ino)
    if (!stats.isDirectory() && stats.nlink > 1n) firstNames.set(stats.ino, first ?? path)
    const entry = entryOf(found, first)
    if (!entry) continue
    yield encodeHeader(entry)
    if (entry.size > 0) yield* content(found, entry.size)
    if (found.opaque) yield encodeHeader({ ...empty, name: opaqueMarker(`${path}/`) })
  }
  yield endOfArchive
}

/** All that is below `directory`, in the order of the names, each directory before what is in it. */
function* walk(directory: string): Generator<Found, void, undefined> {
  yield* below(openSync(directory, C.O_RDONLY | C.O_DIRECTORY | C.O_CLOEXEC), '')
}

function* below(fd: number, prefix: string): Generator<Found, void, undefined> {
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
    yield* below(openSync(here, C.O_RDONLY | C.O_DIRECTORY | C.O_NOFOLLOW | C.O_CLOEXEC), `${path}/`)
  }
}

const empty: Entry = {
  type: 'file',
  name: '',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 0,
  seconds: 0,
  nanoseconds: 0,
  linkName: '',
  major: 0,
  minor: 0,
  xattrs: new Map(),
}

function entryOf({ here, path, stats }: Found, first: string | undefined): Entry | undefined {
  const mode = Number(stats.mode)
  const type = typeOf(stats)
  const rdev = Number(stats.rdev)
  if (isWhiteout({ mode, rdev })) {
    const slash = path.lastIndexOf('/') + 1
    return { ...empty, name: path.slice(0, slash) + whiteoutName(path.slice(slash)) }
  }
  const seconds = stats.mtimeNs / 1_000_000_000n - (stats.mtimeNs % 1_000_000_000n < 0n ? 1n : 0n)
  const entry: Entry = {
    ...empty,
    type,
    name: type === 'directory' ? `${path}/` : path,
    mode: mode & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    seconds: Number(seconds),
    nanoseconds: Number(stats.mtimeNs - seconds * 1_000_000_000n),
  }
  if (first !== undefined) return { ...entry, type: 'hard link', linkName: first }
  const xattrs = attributesOf(here)
  if (type === 'file') return { ...entry, xattrs, size: Number(stats.size) }
  if (type === 'symbolic link') return { ...entry, xattrs, linkName: readlinkSync(here, 'latin1') }
  if (type === 'directory' || type === 'fifo') return { ...entry, xattrs }
  return { ...entry, xattrs, major: major(rdev), minor: minor(rdev) }
}

function typeOf(stats: BigIntStats): EntryType {
  if (stats.isDirectory()) return 'directory'
  if (stats.isSymbolicLink()) return 'symbolic link'
  if (stats.isFIFO()) return 'fifo'
  if (stats.isCharacterDevice()) return 'character device'
  return stats.isBlockDevice() ? 'block device' : 'file'
}

/** The two parts of a device number: the reverse of makedev(3), as the kernel packs it. */
function major(device: number): number {
  return (device >>> 8) & 0xfff
}

function minor(device: number): number {
  return (device & 0xff) | ((device >>> 12) & 0xfff00)
}

function attributesOf(here: Buffer): Map<string, string> {
  const path = inC(here)
  const names = growing((into) => call(llistxattr(path, into))).split('\0')
  return new Map(
    names
      .filter((name) => name !== '' && !ofTheHost.test(name))
      .map((name) => [name, growing((into) => call(lgetxattr(path, name, into)))]),
  )
}

/** What a call writes that says its length when it gets no room. An attribute has at most 64 KB. xattr(7) */
function growing(fill: (into: Uint8Array) => number): string {
  const length = fill(new Uint8Array(0))
  if (length === 0) return ''
  const bytes = Buffer.alloc(length)
  return bytes.toString('latin1', 0, fill(bytes))
}

function* content({ here, path }: Found, size: number): Generator<Buffer, void, undefined> {
  using held = new DisposableStack()
  const fd = openSync(here, C.O_RDONLY | C.O_NOFOLLOW | C.O_NONBLOCK | C.O_CLOEXEC)
  held.defer(() => closeSync(fd))
  for (let left = size; left > 0; ) {
    const piece = Buffer.allocUnsafe(Math.min(left, pieceSize))
    const length = readSync(fd, piece, 0, piece.length, size - left)
    if (length === 0) throw new Error(`/${path} became shorter while it was read: stop the container first`)
    left -= length
    yield piece.subarray(0, length)
  }
  yield padding(size)
}

function inC(path: Buffer): Buffer {
  return Buffer.concat([path, Buffer.of(0)])
}
