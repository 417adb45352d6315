// How a layer says that something of the layers below it is gone. In an OCI archive, by names: an empty file
// `.wh.x` deletes x, and `.wh..wh..opq` hides all that a directory held. On disk, as the overlay file system
// wants it: a character device 0:0 with the name x, and the attribute trusted.overlay.opaque on the directory.
// OCI image spec, layer.md, "Whiteouts"; overlayfs.rst, "whiteouts and opaque directories"

import type { Stats } from 'node:fs'
import { attempt, call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { lgetxattr, lsetxattr, mknodat } from '../syscall/file.ts'

const prefix = '.wh.'
const opaqueName = '.wh..wh..opq'
/** The part of a mode that says what kind of file it is: S_IFMT of inode(7) */
const typeBits = 0o170000

/** What the last part of a name in a layer's archive says. */
export type Marker =
  | { readonly kind: 'file' }
  /** `name` is gone. */
  | { readonly kind: 'whiteout'; readonly name: string }
  /** All that the layers below have in this directory is gone. */
  | { readonly kind: 'opaque' }
  /** Something that aufs left behind for itself: not a part of the image. */
  | { readonly kind: 'leftover' }

/**
 * What does the file name `base` in a layer's archive mean?
 * @throws Error for a whiteout of the directory itself or of its parent
 */
export function markerOf(base: string): Marker {
  if (!base.startsWith(prefix)) return { kind: 'file' }
  if (base === opaqueName) return { kind: 'opaque' }
  const name = base.slice(prefix.length)
  if (name.startsWith(prefix)) return { kind: 'leftover' }
  if (name === '' || name === '.' || name === '..')
    throw new Error(`the layer holds a whiteout "${base}", which would delete a directory from within`)
  return { kind: 'whiteout', name }
}

/** The name under which an OCI archive says that `name` is gone. */
export function whiteoutName(name: string): string {
  return prefix + name
}

/** The name with which an OCI archive says that `directory` (ends with `/`, or is empty) hides what is below. */
export function opaqueMarker(directory: string): string {
  return directory + opaqueName
}

/** Is this what the overlay file system takes for "gone"? */
export function isWhiteout(stats: Pick<Stats, 'mode' | 'rdev'>): boolean {
  return (stats.mode & typeBits) === C.S_IFCHR && stats.rdev === 0
}

/** Say at `path` (bytes end with a NUL) that it is gone from the layers below. Needs CAP_MKNOD. */
export function makeWhiteout(path: string | Uint8Array): void {
  call(mknodat(C.AT_FDCWD, path, C.S_IFCHR, 0))
}

export const opaqueAttribute = 'trusted.overlay.opaque'

/** Hide what the layers below hold in the directory at `path`. Needs CAP_SYS_ADMIN. */
export function makeOpaque(path: string | Uint8Array): void {
  call(lsetxattr(path, opaqueAttribute, Buffer.from('y')))
}

/** Does the directory at `path` hide what the layers below hold in it? */
export function isOpaque(path: string | Uint8Array): boolean {
  const value = new Uint8Array(1)
  return attempt(lgetxattr(path, opaqueAttribute, value)) === 1 && value[0] === 0x79
}
