// What can be done with one path of a layer. Node's functions take names as UTF-8; names in an archive are bytes in no
// particular encoding, kept in strings of which each character is one byte.
//
// To be used with the layer's directory as the root (unpack-worker.ts), and synchronously.

import { lstatSync, lutimesSync, readdirSync, rmdirSync, type Stats, unlinkSync } from 'node:fs'
import type { Entry } from '../overlay/tar-header.ts'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { SyscallError } from '../syscall/error.ts'
import { lsetxattr, utimensat } from '../syscall/file.ts'

/** The place of `name` below `/`, with `.` and `..` taken out: as the kernel does at the root, `..` there stays there. */
export function inside(name: string): string {
  if (!/(^|\/)\.{0,2}(\/|$)/.test(name)) return `/${name}`
  const kept: string[] = []
  for (const part of name.split('/')) {
    if (part === '..') kept.pop()
    else if (part !== '' && part !== '.') kept.push(part)
  }
  return `/${kept.join('/')}`
}

/** A name as Node's functions take it: only for plain ASCII is a string the same bytes. */
export function onDisk(path: string): string | Buffer {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  return /^[\x00-\x7f]*$/.test(path) ? path : Buffer.from(path, 'latin1')
}

/** A name as the kernel takes it: the bytes, and a NUL. */
export function inC(path: string): Buffer {
  return Buffer.from(`${path}\0`, 'latin1')
}

export function setTimes(path: string, { seconds, nanoseconds }: Entry): void {
  // Node's function knows no fractions so fine, and takes a time before 1970 for now
  if (nanoseconds === 0 && seconds >= 0) lutimesSync(onDisk(path), seconds, seconds)
  else call(utimensat(C.AT_FDCWD, inC(path), seconds, nanoseconds, C.AT_SYMLINK_NOFOLLOW))
}

/** Set an extended attribute, where the file system can keep it; capabilities must be kept. */
export function setAttribute(path: string, name: string, value: string): void {
  try {
    call(lsetxattr(inC(path), name, Buffer.from(value, 'latin1')))
  } catch (error) {
    const code = codeOf(error)
    if (name === 'security.capability' || (code !== 'EOPNOTSUPP' && code !== 'EPERM')) throw error
  }
}

/** What is at `path`; undefined if nothing is, also because what should be a directory above it is none. */
export function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(onDisk(path), { throwIfNoEntry: false })
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

/** The paths of all that is in the directory at `path`. */
export function childrenOf(path: string): string[] {
  return readdirSync(onDisk(path), 'latin1').map((name) => `${path}/${name}`)
}

/** Remove what is at `path`, with all that is in it; links are removed, not followed. */
export function remove(path: string): void {
  const stats = statsOf(path)
  if (!stats) return
  if (!stats.isDirectory()) {
    unlinkSync(onDisk(path))
    return
  }
  for (const child of childrenOf(path)) remove(child)
  rmdirSync(onDisk(path))
}

/** What an error means here, as the end of a sentence that begins with the entry's name. */
export function reason(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOENT') return 'lies below a link that leads nowhere in this layer'
  if (code === 'ENOTDIR') return 'lies below something that is no directory'
  if (code === 'ENAMETOOLONG')
    return 'has a name that is longer than a file system can keep (255 bytes, 4096 with its directories)'
  if (code === 'ELOOP') return 'lies below a symbolic link that leads round in a circle'
  if (code === 'ENOSPC') return 'does not fit: no space left on device'
  if (code === 'EDQUOT') return 'does not fit: disk quota exceeded'
  return error instanceof SyscallError
    ? `cannot be made: ${error.message}`
    : error instanceof Error
      ? error.message
      : String(error)
}

/** An error in other words. The errno's name stays, for who knows what it means here. */
export function retold(error: unknown, message: string): Error {
  const code = codeOf(error)
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}

/** The errno's name, if the error has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
