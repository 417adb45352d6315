// Directories below one that is held open, in a tree that someone else may be changing: part by part, and no link is followed.
//
// Names are strings in which each character is a byte.

import { closeSync, mkdirSync } from 'node:fs'
import { hereOf, type Place } from '../rootfs/in-root.ts'
import { attempt, call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { errnoNumber } from '../syscall/errno.ts'
import { SyscallError } from '../syscall/error.ts'
import { openat2 } from '../syscall/file.ts'

/**
 * To unlink a file takes away what is mounted upon it in other mount namespaces: the container would lose its /etc/hosts.
 * From within the kernel refuses it, so it is refused here in the same words. rename(2) and openat2(2), RESOLVE_NO_XDEV
 */
export function refuseMounted({ directory, name }: Omit<Place, 'stats'>): void {
  const path = Buffer.from(`${name}\0`, 'latin1')
  const flags = C.O_PATH | C.O_NOFOLLOW | C.O_CLOEXEC
  const fd = attempt(openat2(directory, path, flags, C.RESOLVE_NO_XDEV))
  if (fd >= 0) closeSync(fd)
  if (fd === -errnoNumber('EXDEV')) throw new Error('device or resource busy: another file is mounted there')
}

/** The parts of a name in an archive. @throws Error for one that leads out */
export function partsOf(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw new Error('would be made outside of the directory')
  return parts
}

/** Open a directory below `root`, part by part, and follow no link. @param makes make what is missing */
export function openBelow(root: number, parts: readonly string[], makes: boolean): number {
  let fd = openPart(root, '.')
  for (const part of parts) {
    const next = openOrMake(fd, part, makes)
    closeSync(fd)
    fd = next
  }
  return fd
}

function openOrMake(directory: number, name: string, makes: boolean): number {
  try {
    return openPart(directory, name)
  } catch (error) {
    if (!makes || !(error instanceof SyscallError) || error.code !== 'ENOENT') throw error
    mkdirSync(hereOf({ directory, name }), 0o755)
    return openPart(directory, name)
  }
}

function openPart(directory: number, name: string): number {
  const flags = C.O_PATH | C.O_DIRECTORY | C.O_NOFOLLOW | C.O_CLOEXEC
  const path = Buffer.from(`${name}\0`, 'latin1')
  return call(openat2(directory, path, flags, C.RESOLVE_BENEATH | C.RESOLVE_NO_SYMLINKS))
}
