// A path of a tree that someone else may be changing while it is looked up: it is walked with `root` as the root directory,
// whatever links are laid, and what it leads to is held open. From there on it is one name in one open directory, which no
// link can lead away. Reads only. (CVE-2018-15664: docker cp resolved a path first and opened it later.)
//
// Names are strings in which each character is a byte.

import { type BigIntStats, closeSync, lstatSync, readlinkSync } from 'node:fs'
import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { errnoNumber } from '../syscall/errno.ts'
import { SyscallError } from '../syscall/error.ts'
import { openat2 } from '../syscall/file.ts'

/** One name in a directory that is held open. */
export interface Place {
  readonly directory: number
  /** `.` is the directory itself. */
  readonly name: string
  /** Of the name itself, also if it is a link; undefined if there is nothing. */
  readonly stats: BigIntStats | undefined
}

/** As many as the kernel follows. path_resolution(7) */
const mostLinks = 40
/** The kernel asks to try again if something was renamed beside the way. openat2(2), EAGAIN */
const mostTries = 100

/**
 * Find `path` below `root`.
 * @param follows if its last part is a link, find what that leads to
 * @param held closes the directory
 * @returns undefined if a directory on the way is missing
 */
export function locate(
  root: number,
  path: string,
  follows: boolean,
  held: DisposableStack,
): Place | undefined {
  for (let rest = path, links = 0; links < mostLinks; links++) {
    const [, above = '', name = ''] = /^(.*?)([^/]*)\/*$/s.exec(rest) ?? []
    const isItself = name === '' || name === '.' || name === '..'
    const directory = openDirectory(root, isItself ? `/${rest}` : `/${above}`)
    if (directory === undefined) return undefined
    held.defer(() => closeSync(directory))
    const place = { directory, name: isItself ? '.' : name }
    const stats = lstatSync(hereOf(place), { bigint: true, throwIfNoEntry: false })
    if (!follows || !stats?.isSymbolicLink()) return { ...place, stats }
    const target = readlinkSync(hereOf(place), 'latin1')
    rest = target.startsWith('/') ? target : `${above}/${target}`
  }
  throw new Error(`${Buffer.from(path, 'latin1')}: too many levels of symbolic links`)
}

/** Where it is for the functions of the file system: by the open directory, whatever its name leads to by now. proc(5) */
export function hereOf({ directory, name }: Pick<Place, 'directory' | 'name'>): Buffer {
  return Buffer.from(`/proc/self/fd/${directory}/${name}`, 'latin1')
}

function openDirectory(root: number, path: string): number | undefined {
  const inC = Buffer.from(`${path}\0`, 'latin1')
  const open = openat2(
    root,
    inC,
    C.O_PATH | C.O_DIRECTORY | C.O_CLOEXEC,
    C.RESOLVE_IN_ROOT | C.RESOLVE_NO_MAGICLINKS,
  )
  for (let tries = 1; ; tries++) {
    const fd = attempt(open)
    if (fd >= 0) return fd
    if (fd === -errnoNumber('ENOENT') || fd === -errnoNumber('ENOTDIR')) return undefined
    if (fd !== -errnoNumber('EAGAIN') || tries === mostTries) throw new SyscallError(open, -fd)
  }
}
