// One image for containers whose root is somebody else each time. On the disk its files belong to 0, 1, 2, …; below a
// mount with an id map they appear to belong to those whom a user namespace has for 0, 1, 2, …. Nothing is copied, and the
// layers stay as they are. What is written through the overlay lands in `upper` with the ids that it has outside.
//
// The mount lies over the directory of the layers, in the mount namespace of whoever makes it, and goes with that.
// mount_setattr(2), MOUNT_ATTR_IDMAP; layers of overlay may have id maps since Linux 5.19.

import * as C from '../syscall/constants.ts'
import { mapIds, move_mount, open_tree } from '../syscall/mount.ts'
import { type Fd, type Step, stepsOf } from '../syscall/syscall.ts'

/** To be made before `overlaySteps` with the same `layersDir`. @param users the user namespace whose maps count */
export function idMappedSteps(layersDir: string, users: Fd): Step[] {
  const tree = open_tree(C.AT_FDCWD, layersDir, C.OPEN_TREE_CLONE | C.OPEN_TREE_CLOEXEC)
  return stepsOf(5)(
    'show the layers as if they belonged to the users of the container',
    tree,
    mapIds(tree, users),
    move_mount(tree, layersDir),
  )
}
