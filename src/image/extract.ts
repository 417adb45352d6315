// An archive becomes files below a directory that someone else may be changing meanwhile: each entry is made as one name in
// a directory that is held open, and no link is followed on the way there, neither one of the archive nor one that was
// laid before. What is there is replaced; a directory only by a directory.
//
// Names are strings in which each character is a byte.

import {
  closeSync,
  fchmodSync,
  fchownSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import type { Entry } from '../overlay/tar-header.ts'
import { hereOf } from '../rootfs/in-root.ts'
import { attempt, call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { errnoNumber } from '../syscall/errno.ts'
import { SyscallError } from '../syscall/error.ts'
import { lsetxattr, makedev, mknodat, utimensat } from '../syscall/file.ts'
import { openBelow, partsOf, refuseMounted } from './below.ts'
import { retold } from './layer-path.ts'
import { type Listener, shown } from './untar.ts'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

export interface Extraction extends Listener, Disposable {
  /** All is there: give the directories their times. */
  readonly finish: () => void
}

/** Attributes with which the overlay file system steers itself. */
const notFromArchives = /^(trusted|user)\.overlay\./
const createFlags = C.O_WRONLY | C.O_CREAT | C.O_EXCL | C.O_NOFOLLOW | C.O_CLOEXEC

/**
 * @param root the directory, open
 * @param ownerOf who shall own what is made; undefined for whoever makes it
 */
export function extraction(root: number, ownerOf: (entry: Entry) => Owner | undefined): Extraction {
  const umask = process.umask(0)
  const directories: { readonly parts: readonly string[]; readonly entry: Entry }[] = []
  let open: { readonly fd: number; readonly here: Buffer; readonly entry: Entry } | undefined
  /** Where the last entry was made: the next one is often beside it. */
  let last: { readonly path: string; readonly fd: number } | undefined
  const forgetLast = () => {
    if (last) closeSync(last.fd)
    last = undefined
  }

  const parentOf = (parts: readonly string[]): number => {
    const path = parts.slice(0, -1).join('/')
    if (last?.path === path) return last.fd
    forgetLast()
    const fd = openBelow(root, parts.slice(0, -1), true)
    last = { path, fd }
    return fd
  }

  const make = (entry: Entry): void => {
    const parts = partsOf(entry.name)
    const place = { directory: parentOf(parts), name: parts.at(-1) ?? '.' }
    const here = hereOf(place)
    const isDirectory = entry.type === 'directory'
    const existing = lstatSync(here, { throwIfNoEntry: false })
    if (existing?.isDirectory() && !isDirectory)
      throw new Error('cannot overwrite directory with non-directory')
    if (existing && !existing.isDirectory() && isDirectory)
      throw new Error('cannot overwrite non-directory with directory')
    if (existing && !isDirectory) {
      refuseMounted(place)
      unlinkSync(here)
    }
    const owner = ownerOf(entry)
    switch (entry.type) {
      case 'directory':
        if (!existing) mkdirSync(here, 0o700)
        directory(here, entry, owner)
        directories.push({ parts, entry })
        return
      case 'file':
        open = { fd: openSync(here, createFlags, 0o600), here, entry }
        return
      case 'hard link': {
        const from = partsOf(entry.linkName)
        const beside = openBelow(root, from.slice(0, -1), false)
        try {
          linkSync(hereOf({ directory: beside, name: from.at(-1) ?? '.' }), here)
        } finally {
          closeSync(beside)
        }
        return
      }
      case 'symbolic link':
        symlinkSync(Buffer.from(entry.linkName, 'latin1'), here)
        break
      default: {
        const device = entry.type === 'fifo' ? 0 : makedev(entry.major, entry.minor)
        call(mknodat(C.AT_FDCWD, inC(here), nodeTypes[entry.type] | (entry.mode & 0o777), device))
      }
    }
    if (owner) lchownSync(here, owner.uid, owner.gid)
    attributes(here, entry)
    attempt(utimensat(C.AT_FDCWD, inC(here), entry.seconds, entry.nanoseconds, C.AT_SYMLINK_NOFOLLOW))
  }

  return {
    entry: (entry) => naming(entry, () => make(entry)),
    data: (chunk, at, length) => {
      if (!open) return
      const { fd, here, entry } = open
      naming(entry, () => {
        try {
          for (let done = 0; done < length; ) done += writeSync(fd, chunk, at + done, length - done)
        } catch (error) {
          // half a file must not be taken for a whole one
          unlinkSync(here)
          throw error
        }
      })
    },
    end: () => {
      if (!open) return
      const { fd, here, entry } = open
      open = undefined
      naming(entry, () => {
        settle(fd, here, entry, ownerOf(entry))
        call(utimensat(fd, 0, entry.seconds, entry.nanoseconds))
        closeSync(fd)
      })
    },
    finish: () => {
      for (const { parts, entry } of directories.reverse()) {
        const fd = openBelow(root, parts, false)
        const own = openSync(`/proc/self/fd/${fd}`, C.O_RDONLY | C.O_DIRECTORY | C.O_CLOEXEC)
        attempt(utimensat(own, 0, entry.seconds, entry.nanoseconds))
        closeSync(own)
        closeSync(fd)
      }
    },
    [Symbol.dispose]: () => {
      forgetLast()
      if (open) closeSync(open.fd)
      process.umask(umask)
    },
  }
}

const nodeTypes = { fifo: C.S_IFIFO, 'character device': C.S_IFCHR, 'block device': C.S_IFBLK } as const

function directory(here: Buffer, entry: Entry, owner: Owner | undefined): void {
  const fd = openSync(here, C.O_RDONLY | C.O_DIRECTORY | C.O_NOFOLLOW | C.O_CLOEXEC)
  try {
    settle(fd, here, entry, owner)
  } finally {
    closeSync(fd)
  }
}

/** In this order: chown(2) takes away set-user-ID and capabilities. */
function settle(fd: number, here: Buffer, entry: Entry, owner: Owner | undefined): void {
  if (owner) fchownSync(fd, owner.uid, owner.gid)
  fchmodSync(fd, entry.mode)
  attributes(here, entry)
}

function attributes(here: Buffer, { xattrs }: Entry): void {
  for (const [name, value] of xattrs) {
    if (notFromArchives.test(name)) continue
    const set = lsetxattr(inC(here), name, Buffer.from(value, 'latin1'))
    const result = attempt(set)
    // a file system that knows no such attributes keeps the rest
    if (result < 0 && result !== -errnoNumber('EOPNOTSUPP')) throw new SyscallError(set, -result)
  }
}

function inC(path: Buffer): Buffer {
  return Buffer.concat([path, Buffer.of(0)])
}

/** Say which entry of the archive it was that something went wrong with. */
function naming(entry: Entry, work: () => void): void {
  try {
    work()
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    // what Node adds, the call and the path, would name the descriptors that the entry is made through
    const reason = /^E[A-Z]+: ([^,]*), \w+/.exec(said)?.[1] ?? said
    throw retold(error, `${shown(entry.name)}: ${reason}`)
  }
}
