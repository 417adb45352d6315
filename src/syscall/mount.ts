// The calls that shape the tree of mounts. mount(2), pivot_root(2), chroot(2), and the file-descriptor family
// that Linux 5.2 added: fsopen(2), fsconfig(2), fsmount(2), open_tree(2), move_mount(2), mount_setattr(2).

import * as C from './constants.ts'
import { flagNames } from './flags.ts'
import { type Fd, flags, named, oneOf, plainValue, type Syscall, syscall } from './syscall.ts'

/**
 * Attach a file system of `type` at `target`, or change a mount that is there (`MS_REMOUNT`, `MS_PRIVATE`, `MS_BIND`).
 * `data` is the file system's own option string, at most one page long. Undone by `umount2`, or by the end of
 * the last process in the mount namespace. mount(2)
 */
export function mount(source: string, target: string, type: string, mountFlags = 0, data = ''): Syscall {
  return syscall(
    'mount',
    source,
    target,
    type,
    flags('MS_', mountFlags),
    data === '' ? named('NULL', 0) : data,
  )
}

/** Detach what is mounted at `target`. umount2(2) */
export function umount2(target: string, umountFlags = 0): Syscall {
  return syscall('umount2', target, flags('MNT_', umountFlags))
}

/** Make `newRoot` the root of this mount namespace and hang the old root at `putOld`. pivot_root(2) */
export function pivot_root(newRoot: string, putOld: string): Syscall {
  return syscall('pivot_root', newRoot, putOld)
}

/** Let paths of this process that begin with `/` start at `path`: no more than that. chroot(2) */
export function chroot(path: string): Syscall {
  return syscall('chroot', path)
}

/** chdir(2) */
export function chdir(path: string): Syscall {
  return syscall('chdir', path)
}

/** chdir(2) */
export function fchdir(fd: Fd): Syscall {
  return syscall('fchdir', fd)
}

/** Begin to make a file system of `type`; gives a descriptor to configure. fsopen(2) */
export function fsopen(type: string): Syscall {
  return syscall('fsopen', type, flags('FSOPEN_', C.FSOPEN_CLOEXEC))
}

/** Set one option of the file system being made. fsconfig(2) */
export function fsconfig(fs: Fd, key: string, value: string): Syscall {
  return syscall('fsconfig', fs, oneOf('FSCONFIG_', C.FSCONFIG_SET_STRING), key, value, 0)
}

/** All options are set: make the file system. fsconfig(2) */
export function fsconfigCreate(fs: Fd): Syscall {
  return syscall('fsconfig', fs, oneOf('FSCONFIG_', C.FSCONFIG_CMD_CREATE), 0, 0, 0)
}

/** A mount of the file system that was made, attached nowhere yet: it goes with its descriptor. fsmount(2) */
export function fsmount(fs: Fd, attributes = 0): Syscall {
  return syscall(
    'fsmount',
    fs,
    flags('FSMOUNT_', C.FSMOUNT_CLOEXEC),
    attributes === 0 ? 0 : flags('MOUNT_ATTR_', attributes),
  )
}

/** A copy of the mount at `path`, attached nowhere yet: it goes with its descriptor. open_tree(2) */
export function open_tree(dir: Fd, path: string, treeFlags: number): Syscall {
  return syscall('open_tree', dirFd(dir), path, flags('OPEN_TREE_ AT_', treeFlags))
}

/**
 * Attach the mount behind `tree` at `target`, a path that starts at `targetDir`; '' means `targetDir` itself. If the
 * last part of the path is a symbolic link, it is not followed but covered. move_mount(2)
 */
export function move_mount(tree: Fd, target: string, targetDir: Fd = C.AT_FDCWD): Syscall {
  return syscall(
    'move_mount',
    tree,
    '',
    dirFd(targetDir),
    target,
    flags('MOVE_MOUNT_', C.MOVE_MOUNT_F_EMPTY_PATH | (target === '' ? C.MOVE_MOUNT_T_EMPTY_PATH : 0)),
  )
}

/**
 * Set attributes of the mount behind `tree`; with `AT_RECURSIVE` also of all that are mounted below it.
 * mount_setattr(2), struct mount_attr, Linux 5.12
 */
export function mount_setattr(tree: Fd, attributes: number, treeFlags = 0): Syscall {
  const struct = new BigUint64Array([BigInt(attributes), 0n, 0n, 0n])
  const shown = named(`{attr_set=${flagNames('MOUNT_ATTR_', attributes)}}`, new Uint8Array(struct.buffer))
  const how = flags('AT_', treeFlags | C.AT_EMPTY_PATH)
  return syscall('mount_setattr', tree, '', how, shown, struct.byteLength)
}

/**
 * Let the mount behind `tree`, which must not be attached yet, show every owner as the id maps of a user namespace
 * have it: what belongs to 0 on the disk belongs to the namespace's root. mount_setattr(2), struct mount_attr, Linux 5.12
 * @param users the namespace, open: a number, as it stands in the struct
 */
export function mapIds(tree: Fd, users: Fd): Syscall {
  const fd = typeof users === 'object' && 'show' in users ? plainValue(users) : users
  if (typeof fd !== 'number') throw new Error('A struct takes a descriptor that is open already.')
  const struct = new BigUint64Array([BigInt(C.MOUNT_ATTR_IDMAP), 0n, 0n, BigInt(Math.max(0, fd))])
  const shown = fd < 0 ? '<user namespace>' : String(fd)
  const attributes = named(`{attr_set=MOUNT_ATTR_IDMAP, userns_fd=${shown}}`, new Uint8Array(struct.buffer))
  return syscall('mount_setattr', tree, '', flags('AT_', C.AT_EMPTY_PATH), attributes, struct.byteLength)
}

/** A directory descriptor, with `AT_FDCWD` by name. */
export function dirFd(fd: Fd): Fd {
  return fd === C.AT_FDCWD ? oneOf('AT_FDCWD', C.AT_FDCWD) : fd
}
