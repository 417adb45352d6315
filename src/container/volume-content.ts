// At its first use, a named volume takes over what the image has at its place: a database finds its empty tables there.
// The image is read through its layers, as in lookup.ts, without a mount.
//
// The copy is made beside the volume's data, and moved there when it is whole: so a volume has all of it or nothing,
// however the copying ends; and of two containers that are the first, one copies, and the other waits.
//
//   volumes/<name>/_filling   is being copied: whoever finds it without the lock being held begins anew
//   volumes/<name>/_filled    is whole: whoever finds it moves the rest

import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  type Stats,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type MergedEntry, mergedEntries } from '../overlay/merged.ts'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { lgetxattr, llistxattr, lsetxattr, mknodat } from '../syscall/file.ts'
import { whileLocked } from '../syscall/lock.ts'

type OwnerOf = (owner: { readonly uid: number; readonly gid: number }) => { uid: number; gid: number }

/**
 * Copy what the image has at `path` into `directory`, if that is empty and the image has a directory there.
 * @param layerDirs absolute, the uppermost first
 * @param ownerOf from the owner in the image to the one on the host
 */
export function fillFromImage(
  layerDirs: readonly string[],
  path: string,
  directory: string,
  ownerOf: OwnerOf = (owner) => owner,
): void {
  const home = dirname(directory)
  const [filling, filled] = [join(home, '_filling'), join(home, '_filled')]
  whileLocked(home, () => {
    if (!existsSync(filled)) {
      if (readdirSync(directory).length > 0) return
      rmSync(filling, { recursive: true, force: true })
      copyAll(mergedEntries(layerDirs, path), filling, ownerOf)
      if (!existsSync(filling)) return
      renameSync(filling, filled)
    }
    moveAll(filled, directory)
  })
}

function copyAll(entries: Iterable<MergedEntry>, directory: string, ownerOf: OwnerOf): void {
  const links = new Map<string, string>()
  try {
    for (const entry of entries) copy(entry, join(directory, entry.relative), links, ownerOf)
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
}

function moveAll(from: string, to: string): void {
  const stats = lstatSync(from)
  for (const name of readdirSync(from)) {
    // what a container has written since we broke off stays
    if (lstatSync(join(to, name), { throwIfNoEntry: false })) continue
    renameSync(join(from, name), join(to, name))
  }
  adopt(from, to, stats, (owner) => owner)
  rmSync(from, { recursive: true, force: true })
}

/** @param links what was copied already, by device and inode: further names of a file become hard links */
function copy({ source }: MergedEntry, target: string, links: Map<string, string>, ownerOf: OwnerOf): void {
  const stats = lstatSync(source)
  if (stats.isDirectory()) mkdirSync(target, { recursive: true })
  else {
    const key = `${stats.dev}:${stats.ino}`
    const first = links.get(key)
    if (first !== undefined) {
      linkSync(first, target)
      return
    }
    if (stats.nlink > 1) links.set(key, target)
    if (stats.isFile()) copyFileSync(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
    else if (stats.isSymbolicLink()) symlinkSync(readlinkSync(source, 'buffer'), target)
    else if (stats.isSocket()) return
    else call(mknodat(C.AT_FDCWD, target, stats.mode, stats.rdev))
  }
  adopt(source, target, stats, ownerOf)
}

/** Owner, rights, attributes and times, in this order: a change of owner takes the set-user-ID bit. */
function adopt(source: string, target: string, stats: Stats, ownerOf: OwnerOf): void {
  const { uid, gid } = ownerOf(stats)
  lchownSync(target, uid, gid)
  if (!stats.isSymbolicLink()) chmodSync(target, stats.mode & 0o7777)
  for (const [name, value] of attributes(source)) call(lsetxattr(target, name, value))
  lutimesSync(target, stats.atime, stats.mtime)
}

function attributes(path: string): [string, Buffer][] {
  const length = call(llistxattr(path, new Uint8Array(0)))
  if (length === 0) return []
  const names = Buffer.alloc(length)
  call(llistxattr(path, names))
  return names
    .toString('latin1')
    .split('\0')
    .filter((name) => name !== '' && !name.startsWith('trusted.overlay.'))
    .map((name) => {
      const value = Buffer.alloc(call(lgetxattr(path, name, new Uint8Array(0))))
      call(lgetxattr(path, name, value))
      return [name, value]
    })
}
