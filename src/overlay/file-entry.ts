// A file of this machine as an entry of a tar archive: its header, and its content. Reads only.
//
// Names are strings in which each character is a byte.

import { type BigIntStats, closeSync, fstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { lgetxattr, llistxattr } from '../syscall/file.ts'
import { encodeHeader, padding } from './tar-encode.ts'
import type { Entry, EntryType } from './tar-header.ts'

/** Content goes out in pieces of this size. */
const pieceSize = 1 << 18

/** Attributes that belong to this host, and not to the file: how overlayfs steers itself, and the labels of SELinux. */
const ofTheHost = /^((trusted|user)\.overlay\.|security\.selinux$)/

/** Something in a directory. */
export interface Found {
  /** Where it is now, good until the next one is asked for. */
  readonly here: Buffer
  /** Its name in the tree, without `/` at the beginning. */
  readonly path: string
  readonly stats: BigIntStats
}

/** From the ids that a file has on the disk to those that an archive shall say. */
export interface IdShift {
  readonly uid: (id: number) => number
  readonly gid: (id: number) => number
}

const asTheyAre: IdShift = { uid: (id) => id, gid: (id) => id }

/** What a header says that says nothing. */
export const emptyEntry: Entry = {
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

/** The longest path that a system call takes. limits.h, PATH_MAX */
const longestPath = 4096

/** @throws Error for a directory that is so deep that what is in it could never be unpacked again */
export function refuseTooDeep(path: string): void {
  if (path.length < longestPath) return
  const beginning = Buffer.from(path.slice(0, 40), 'latin1')
  throw new Error(
    `/${beginning}… is deeper than a path can say, which has at most ${longestPath} bytes: an archive with it could not be unpacked`,
  )
}

/** @param first its first name, if it has one that is in the archive already: it becomes a hard link to that */
export function entryOf(
  { here, path, stats }: Found,
  first: string | undefined,
  ids: IdShift = asTheyAre,
): Entry {
  const mode = Number(stats.mode)
  const type = typeOf(stats)
  const rdev = Number(stats.rdev)
  const seconds = stats.mtimeNs / 1_000_000_000n - (stats.mtimeNs % 1_000_000_000n < 0n ? 1n : 0n)
  const entry: Entry = {
    ...emptyEntry,
    type,
    name: type === 'directory' ? `${path}/` : path,
    mode: mode & 0o7777,
    uid: ids.uid(Number(stats.uid)),
    gid: ids.gid(Number(stats.gid)),
    seconds: Number(seconds),
    nanoseconds: Number(stats.mtimeNs - seconds * 1_000_000_000n),
  }
  if (first !== undefined) return { ...entry, type: 'hard link', linkName: first }
  const xattrs = attributesOf(here, ids)
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

function attributesOf(here: Buffer, ids: IdShift): Map<string, string> {
  const path = inC(here)
  const names = growing((into) => call(llistxattr(path, into))).split('\0')
  return new Map(
    names
      .filter((name) => name !== '' && !ofTheHost.test(name))
      .map((name) => [name, growing((into) => call(lgetxattr(path, name, into)))])
      .map(([name = '', value = '']) => [
        name,
        name === 'security.capability' ? rightsFor(value, ids) : value,
      ]),
  )
}

/**
 * The rights of a file, which in a user namespace name the one whose root gave them; where that is the container's own
 * root, an archive need not name anybody. linux/capability.h, struct vfs_ns_cap_data
 */
function rightsFor(value: string, ids: IdShift): string {
  const bytes = Buffer.from(value, 'latin1')
  const revision = 0xff000000
  if (bytes.length !== 24 || (bytes.readUInt32LE(0) & revision) >>> 0 !== 0x03000000) return value
  if (ids.uid(bytes.readUInt32LE(20)) !== 0) return value
  bytes.writeUInt32LE(((bytes.readUInt32LE(0) & ~revision) | 0x02000000) >>> 0, 0)
  return bytes.toString('latin1', 0, 20)
}

/** What a call writes that says its length when it gets no room. An attribute has at most 64 KB. xattr(7) */
function growing(fill: (into: Uint8Array) => number): string {
  const length = fill(new Uint8Array(0))
  if (length === 0) return ''
  const bytes = Buffer.alloc(length)
  return bytes.toString('latin1', 0, fill(bytes))
}

/**
 * The file as it stands in an archive: header and content, piece by piece.
 * @throws Error if it becomes something else while it is read; ENOENT, before the first piece, if it is gone
 */
export function* partsOf(
  found: Found,
  first: string | undefined,
  ids?: IdShift,
): Generator<Buffer, void, undefined> {
  const entry = entryOf(found, first, ids)
  using held = new DisposableStack()
  const fd = entry.size > 0 ? openContent(found) : undefined
  if (fd !== undefined) held.defer(() => closeSync(fd))
  yield encodeHeader(entry)
  if (fd !== undefined) yield* content(fd, entry)
}

/**
 * Open the very file that was looked at. A container may have put a device in its place, and the host's rights would
 * open it: so it is held first, looked at again, and only then opened. open(2), O_PATH
 */
function openContent({ here, path, stats }: Found): number {
  const held = openSync(here, C.O_PATH | C.O_NOFOLLOW | C.O_CLOEXEC)
  try {
    const now = fstatSync(held, { bigint: true })
    if (!now.isFile() || now.ino !== stats.ino || now.dev !== stats.dev)
      throw new Error(`/${path} became another file while it was read: stop the container first`)
    return openSync(`/proc/self/fd/${held}`, C.O_RDONLY | C.O_CLOEXEC)
  } finally {
    closeSync(held)
  }
}

/** The content of a file, filled up to whole blocks. */
function* content(fd: number, { name, size }: Entry): Generator<Buffer, void, undefined> {
  for (let left = size; left > 0; ) {
    const piece = Buffer.allocUnsafe(Math.min(left, pieceSize))
    const length = readSync(fd, piece, 0, piece.length, size - left)
    if (length === 0) throw new Error(`/${name} became shorter while it was read: stop the container first`)
    left -= length
    yield piece.subarray(0, length)
  }
  yield padding(size)
}

/** The name as the kernel takes it: with a NUL at its end. */
export function inC(path: Buffer): Buffer {
  return Buffer.concat([path, Buffer.of(0)])
}
