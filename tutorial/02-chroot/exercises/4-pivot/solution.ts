// Exercise 02-4: the calls that give a process a root which it cannot leave.

import * as C from '../../../../src/syscall/constants.ts'
import { chdir, mount, pivot_root, umount2 } from '../../../../src/syscall/mount.ts'
import type { Syscall } from '../../../../src/syscall/syscall.ts'

/**
 * The process that makes them is alone in a mount namespace, in which every mount is private.
 * @param directory the new root, an absolute path; it is no mount point yet
 */
export function enter(directory: string): Syscall[] {
  return [
    mount(directory, directory, '', C.MS_BIND | C.MS_REC),
    chdir(directory),
    pivot_root('.', '.'),
    umount2('.', C.MNT_DETACH),
    chdir('/'),
  ]
}
