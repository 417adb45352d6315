// One file of an image, found as the overlay file system would find it, but without a mount: `gocker run` looks
// into /etc/passwd before there is a container. Reads only. The image may be hostile: no link in it leads out of
// it, only a regular file is opened, and it is never larger than the caller expects.

import { closeSync, fstatSync, lstatSync, readlinkSync, readSync } from 'node:fs'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close, openat, openat2 } from '../syscall/file.ts'
import { isOpaque, isWhiteout } from './whiteout.ts'

/** As the kernel: path_resolution(7) */
const mostLinks = 40

/** A directory of the image: where it lies in each layer that has a part in it, the uppermost first. */
type Merged = readonly Place[]

export interface Place {
  readonly layer: string
  /** The path below the layer: without links, and without `/` at the beginning. */
  readonly path: string
}

/**
 * The content of the file `path` in the image whose layers are `layerDirs` (absolute, the uppermost first).
 * @returns undefined if the image has no such file
 * @throws Error if it is no regular file, has more than `maxBytes` bytes, or its links go round in a circle
 */
export function readThrough(
  layerDirs: readonly string[],
  path: string,
  maxBytes: number,
): Buffer | undefined {
  const place = find(layerDirs, path)
  return place && read(place, path, maxBytes)
}

/**
 * Where the uppermost of what is called `path` lies, itself and not what it links to; undefined if there is nothing, also
 * where a part of `path` above the last is no directory.
 */
export function placeOf(
  layerDirs: readonly string[],
  path: string,
): (Place & { readonly isDirectory: boolean }) | undefined {
  let directory: Merged = layerDirs.map((layer) => ({ layer, path: '' }))
  const todo = parts(path)
  for (const [i, part] of todo.entries()) {
    const found = lookUp(directory, part)
    if (found === undefined) return undefined
    if (found.type !== 'directory')
      return i === todo.length - 1 ? { ...found.place, isDirectory: false } : undefined
    directory = found.merged
  }
  return directory[0] && { ...directory[0], isDirectory: true }
}

/** Walk along `path`, part by part, in all layers at once. */
function find(layerDirs: readonly string[], path: string): Place | undefined {
  const root: Merged = layerDirs.map((layer) => ({ layer, path: '' }))
  let todo = parts(path)
  /** The directories from the root to where the walk is. */
  let way: Merged[] = [root]
  let links = 0
  for (let part = todo.shift(); part !== undefined; part = todo.shift()) {
    if (part === '..') {
      way = way.length > 1 ? way.slice(0, -1) : way
      continue
    }
    const found = lookUp(way.at(-1)!, part)
    if (found === undefined) return undefined
    if (found.type === 'directory') way.push(found.merged)
    else if (found.type === 'link') {
      if (++links > mostLinks) throw new Error(`${path} in the image: more than ${mostLinks} symbolic links`)
      const target = readlinkSync(join(found.place))
      if (target.startsWith('/')) way = [root]
      todo = [...parts(target), ...todo]
    } else return todo.length === 0 ? found.place : undefined
  }
  return way.at(-1)![0]
}

type Found =
  | { readonly type: 'directory'; readonly merged: Merged }
  | { readonly type: 'link' | 'other'; readonly place: Place }

/** One name in one directory of the image. */
function lookUp(directory: Merged, name: string): Found | undefined {
  const merged: Place[] = []
  for (const [i, { layer, path }] of directory.entries()) {
    const place = { layer, path: path === '' ? name : `${path}/${name}` }
    const stats = lstatSync(join(place), { throwIfNoEntry: false })
    if (stats === undefined) continue
    if (!stats.isDirectory()) {
      // a directory above hides a file below, and a whiteout hides everything
      if (merged.length > 0 || isWhiteout(stats)) break
      return { type: stats.isSymbolicLink() ? 'link' : 'other', place }
    }
    merged.push(place)
    if (i < directory.length - 1 && isOpaque(join(place))) break
  }
  return merged.length > 0 ? { type: 'directory', merged } : undefined
}

/**
 * Open what was found. Its way was free of links a moment ago, and the kernel makes sure that it still is: the upper
 * directory of a running container may change under our hands. openat2(2)
 * @returns a descriptor for the caller to close
 */
export function openBeneath(layer: string, path: string, openFlags: number): number {
  const directory = call(openat(C.AT_FDCWD, layer, C.O_PATH | C.O_DIRECTORY | C.O_CLOEXEC))
  try {
    const resolve = C.RESOLVE_BENEATH | C.RESOLVE_NO_SYMLINKS
    return call(openat2(directory, path === '' ? '.' : path, openFlags | C.O_CLOEXEC, resolve))
  } finally {
    call(close(directory))
  }
}

function read({ layer, path }: Place, asked: string, maxBytes: number): Buffer {
  // without O_NONBLOCK, to open a fifo would be to wait for whoever writes into it
  const fd = openBeneath(layer, path, C.O_RDONLY | C.O_NONBLOCK)
  using held = new DisposableStack()
  held.defer(() => closeSync(fd))
  const stats = fstatSync(fd)
  if (!stats.isFile()) throw new Error(`${asked} in the image is no regular file`)
  if (stats.size > maxBytes)
    throw new Error(`${asked} in the image has ${stats.size} bytes; at most ${maxBytes} are read`)
  const content = Buffer.alloc(stats.size)
  return content.subarray(0, readSync(fd, content, 0, stats.size, 0))
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

function join({ layer, path }: Place): string {
  return `${layer}/${path}`
}
