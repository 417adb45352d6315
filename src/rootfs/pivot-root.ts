// A new root, with no way back: what makes a container's files the only files there are.
//
// These steps change the mount namespace of the process that makes them, and nothing else; it must be one of its
// own (CLONE_NEWNS). They are undone by the end of that process. pivot_root(2), mount_namespaces(7)

import * as C from '../syscall/constants.ts'
import { chdir, mount, pivot_root, umount2 } from '../syscall/mount.ts'
import { type Step, stepsOf } from '../syscall/syscall.ts'

const step = stepsOf(2)

/**
 * The first step of all: a new mount namespace is a copy, but its mounts still share events with those of the host
 * (systemd makes / shared). Without this step, what is mounted or unmounted here happens there as well.
 */
export function privateSteps(): Step[] {
  return step(
    'make every mount private, so that nothing of this reaches the host',
    mount('none', '/', '', C.MS_REC | C.MS_PRIVATE),
  )
}

/** `pivot_root` wants a mount point. A plain directory becomes one when it is mounted on itself. */
export function mountPointSteps(directory: string): Step[] {
  return step(
    'make the directory a mount point, by mounting it on itself',
    mount(directory, directory, '', C.MS_BIND | C.MS_REC),
  )
}

/**
 * Make `newRoot` the root directory and let go of the old one. After this, no path leads to the host: not `..`, and
 * no symbolic link either.
 * @param newRoot a mount point, and not the present root; '.' if the process is there already
 */
export function pivotSteps(newRoot: string): Step[] {
  return [
    ...(newRoot === '.' ? [] : step('go into the new root', chdir(newRoot))),
    ...step(
      'swap the roots: the old one now lies on top of the new one, at the same place',
      pivot_root('.', '.'),
    ),
    ...step('take the old root away, with all that is mounted below it', umount2('.', C.MNT_DETACH)),
    ...step('stand in the new root', chdir('/')),
  ]
}

/** Make the root read-only; mounts below it stay as they are. mount(2), MS_REMOUNT | MS_BIND */
export function readOnlyRootSteps(): Step[] {
  return step(
    'make the root read-only; what is mounted below it keeps its own rights',
    mount('none', '/', '', C.MS_REMOUNT | C.MS_BIND | C.MS_RDONLY),
  )
}
