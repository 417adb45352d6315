// Exercise 05-4: the calls that lead a process into a tree made of layers.

import * as C from '../../../../src/syscall/constants.ts'
import { chdir, mount, pivot_root, umount2 } from '../../../../src/syscall/mount.ts'
import type { Syscall } from '../../../../src/syscall/syscall.ts'

export interface Place {
  /** Absolute paths of directories, the uppermost first. */
  readonly layers: readonly string[]
  /** Gets what is written. */
  readonly upper: string
  /** Empty, on the same file system as `upper`. */
  readonly work: string
  /** Empty: the tree shall appear here, before it becomes the root. */
  readonly root: string
}

/** The calls, in order. The process that makes them is alone in a new mount namespace. */
export function enter(place: Place): Syscall[] {
  return [
    mount('none', '/', '', C.MS_REC | C.MS_PRIVATE),
    // TODO: mount the overlay: mount('overlay', where, 'overlay', 0, 'lowerdir=…,upperdir=…,workdir=…').
    // TODO: change into it, swap the roots, let go of the old one (chapter 2), and stand in the new one.
  ]
}
