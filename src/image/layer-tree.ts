// The files of a layer, made one after the other below `/`: the thread that does this has changed its root to the
// layer's own directory before (unpack-worker.ts), so no name and no link of the archive leads anywhere else.
// The last of several entries with one name wins.
//
// Names are strings in which each character is a byte: names in an archive have no encoding.

import {
  chmodSync,
  closeSync,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import type { Entry } from '../overlay/tar-header.ts'
import { isWhiteout, makeOpaque } from '../overlay/whiteout.ts'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { makedev, mknodat, utimensat } from '../syscall/file.ts'
import type { LayerLimit } from './layer-limit.ts'
import { inC, inside, onDisk, reason, retold, setAttribute, setTimes, statsOf } from './layer-path.ts'
import { layerRoom } from './layer-room.ts'
import { layerWhiteouts } from './layer-whiteouts.ts'
import type { Done } from './unpack-messages.ts'
import { type Listener, shown } from './untar.ts'

export interface Tree extends Listener {
  /** All entries are there: give the directories their times. */
  finish(): Done
}

/** Attributes with which the overlay file system steers itself: an image that brings them would steer the host's. */
const notFromArchives = /^(trusted|user)\.overlay\./

const create = C.O_WRONLY | C.O_CREAT | C.O_EXCL | C.O_CLOEXEC

const nodeTypes = {
  fifo: C.S_IFIFO,
  'character device': C.S_IFCHR,
  'block device': C.S_IFBLK,
} as const

export function layerTree(limit: LayerLimit): Tree {
  /** The file that is being written, if any. */
  let open: { readonly fd: number; readonly path: string; readonly entry: Entry } | undefined
  /** Directories get their times last: each file that is made in one changes them. */
  const directories = new Map<string, Entry>()
  const room = layerRoom()
  const { making, whitedOut, implied } = room
  const marked = layerWhiteouts(room, directories)
  /** Must owner and mode be set even if they are the usual ones? In a set-group-ID directory files inherit both. */
  let inherits = false
  let size = 0

  const file = (entry: Entry, path: string): void => {
    const fd = making(path, () => openSync(onDisk(path), create, entry.mode & 0o777))
    open = { fd, path, entry }
  }

  const directory = (entry: Entry, path: string): void => {
    const existing = statsOf(path)
    if (!existing?.isDirectory()) {
      making(path, () => mkdirSync(onDisk(path), entry.mode & 0o777))
      if (whitedOut.has(path)) makeOpaque(inC(path))
    }
    if (existing || inherits || entry.uid !== 0 || entry.gid !== 0)
      lchownSync(onDisk(path), entry.uid, entry.gid)
    if (existing || inherits || entry.mode > 0o777) chmodSync(onDisk(path), entry.mode)
    inherits ||= (entry.mode & 0o2000) !== 0
    attributes(entry, path)
    directories.set(path, entry)
  }

  const hardLink = (entry: Entry, path: string): void => {
    const target = inside(entry.linkName)
    const existing = statsOf(target)
    if (!existing || isWhiteout(existing) || target === path)
      throw new Error(`is a hard link to ${shown(entry.linkName)}, which is not in this layer`)
    making(path, () => linkSync(onDisk(target), onDisk(path)))
  }

  const symbolicLink = (entry: Entry, path: string): void => {
    making(path, () => symlinkSync(onDisk(entry.linkName), onDisk(path)))
    if (inherits || entry.uid !== 0 || entry.gid !== 0) lchownSync(onDisk(path), entry.uid, entry.gid)
    attributes(entry, path)
    setTimes(path, entry)
  }

  const node = (entry: Entry, path: string, type: number): void => {
    const device = type === C.S_IFIFO ? 0 : makedev(entry.major, entry.minor)
    if (type === C.S_IFCHR && device === 0)
      throw new Error(
        'is a character device 0:0: that is how the overlay file system says that a file is gone',
      )
    making(path, () => call(mknodat(C.AT_FDCWD, inC(path), type | (entry.mode & 0o777), device)))
    lchownSync(onDisk(path), entry.uid, entry.gid)
    chmodSync(onDisk(path), entry.mode)
    attributes(entry, path)
    setTimes(path, entry)
  }

  const attributes = (entry: Entry, path: string): void => {
    for (const [name, value] of entry.xattrs) {
      if (notFromArchives.test(name)) continue
      inherits ||= name === 'system.posix_acl_default'
      setAttribute(path, name, value)
    }
  }

  const make = (entry: Entry): void => {
    const path = inside(entry.name)
    const { type } = entry
    if (path.includes('/.wh.')) marked(path)
    else if (type === 'directory') directory(entry, path)
    else if (path === '/') throw new Error('would replace the root directory of the layer')
    else if (type === 'file') file(entry, path)
    else if (type === 'hard link') hardLink(entry, path)
    else if (type === 'symbolic link') symbolicLink(entry, path)
    else node(entry, path, nodeTypes[type])
  }

  return {
    entry: (entry) => {
      limit.entry()
      naming(entry, () => make(entry))
    },
    data: (chunk, at, length) => {
      if (!open) return
      const { fd, entry } = open
      limit.content(length)
      size += length
      naming(entry, () => {
        for (let done = 0; done < length; ) done += writeSync(fd, chunk, at + done, length - done)
      })
    },
    end: () => {
      if (!open) return
      const { fd, path, entry } = open
      open = undefined
      naming(entry, () => {
        // in this order: chown(2) takes away set-user-ID and capabilities
        if (inherits || entry.uid !== 0 || entry.gid !== 0) fchownSync(fd, entry.uid, entry.gid)
        if (inherits || entry.mode > 0o777) fchmodSync(fd, entry.mode)
        if (entry.xattrs.size > 0) attributes(entry, path)
        // Node's function knows no fractions so fine, and takes a time before 1970 for now
        if (entry.nanoseconds === 0 && entry.seconds >= 0) futimesSync(fd, entry.seconds, entry.seconds)
        else call(utimensat(fd, 0, entry.seconds, entry.nanoseconds))
        closeSync(fd)
      })
    },
    finish: () => {
      for (const [path, entry] of directories) {
        // one that a later entry of the same name has replaced
        if (statsOf(path)?.isDirectory()) setTimes(path, entry)
      }
      const without = [...implied].filter((path) => !directories.has(path) && statsOf(path)?.isDirectory())
      return { size, implied: without }
    },
  }
}

/** Say which entry of the archive it was that something went wrong with. */
function naming(entry: Entry, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw retold(error, `${shown(entry.name)} ${reason(error)}`)
  }
}
