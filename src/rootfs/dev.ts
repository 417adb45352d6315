// The devices that every program may expect in /dev, and the links beside them. The list is the one of the OCI
// runtime specification: config-linux.md, "Default Devices" and "Default symbolic links".
//
// The steps are made when /dev is a tmpfs of the container's own (see mounts.ts), and go with it.

import * as C from '../syscall/constants.ts'
import { close, makedev, mkdirat, mknodat, symlinkat, umask } from '../syscall/file.ts'
import { move_mount, open_tree } from '../syscall/mount.ts'
import { allowing, type Fd, type Step, stepsOf } from '../syscall/syscall.ts'

/** A character device: the kernel knows it by its numbers, not by its name. Source: Documentation/admin-guide/devices.txt */
interface Device {
  readonly path: string
  readonly major: number
  readonly minor: number
  readonly is: string
}

export const defaultDevices: readonly Device[] = [
  { path: '/dev/null', major: 1, minor: 3, is: 'swallows what is written, and is empty' },
  { path: '/dev/zero', major: 1, minor: 5, is: 'gives zeros without end' },
  { path: '/dev/full', major: 1, minor: 7, is: 'is always full' },
  { path: '/dev/random', major: 1, minor: 8, is: 'gives random bytes' },
  { path: '/dev/urandom', major: 1, minor: 9, is: 'gives random bytes and never waits' },
  { path: '/dev/tty', major: 5, minor: 0, is: 'is the terminal of whoever opens it' },
]

const links: readonly (readonly [path: string, target: string])[] = [
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
  // not the host's: new terminals come from the container's own devpts
  ['/dev/ptmx', 'pts/ptmx'],
  ['/dev/core', '/proc/kcore'],
]

const step = stepsOf(2)

/** The devices and links. mknod(2) works for real root only: a user namespace has to bind the host's devices instead. */
export function deviceSteps(): Step[] {
  return [
    ...step('let no umask take away from the rights of the devices', umask(0)),
    ...defaultDevices.flatMap(({ path, major, minor, is }) =>
      step(`${path} ${is}`, mknodat(C.AT_FDCWD, path, C.S_IFCHR | 0o666, makedev(major, minor))),
    ),
    ...links.flatMap(([path, target], i) =>
      step(
        i === 0 ? 'names that lead to what the process itself has open' : '',
        allowing('EEXIST', symlinkat(target, C.AT_FDCWD, path)),
      ),
    ),
    ...step('the umask that programs expect', umask(0o022)),
  ]
}

/** A device that is not among the default ones: OCI runtime spec, config-linux.md, "Devices". */
export interface DeviceNode {
  /** Absolute, below /dev. */
  readonly path: string
  readonly type: 'c' | 'b'
  readonly major: number
  readonly minor: number
  /** The rights: 0o660. */
  readonly fileMode: number
}

/** Nodes for `devices`, and the directories that they are in. To be made after `deviceSteps`. */
export function deviceNodeSteps(all: readonly DeviceNode[]): Step[] {
  // to ask for one that every container has is no mistake; for another at its place it is, and mknod says so
  const devices = all.filter((one) => !isThere(one))
  if (devices.length === 0) return []
  const nodes = devices.map(({ path, type, major, minor, fileMode }) =>
    mknodat(C.AT_FDCWD, path, (type === 'c' ? C.S_IFCHR : C.S_IFBLK) | fileMode, makedev(major, minor)),
  )
  const folders = directoriesOf(devices).map((path) => allowing('EEXIST', mkdirat(C.AT_FDCWD, path, 0o755)))
  return step(
    'the devices of the host, as a privileged container has them',
    umask(0),
    ...folders,
    ...nodes,
    umask(0o022),
  )
}

/** /dev/ptmx is a link to such a device. */
function isThere({ path, type, major, minor }: DeviceNode): boolean {
  if (path === '/dev/ptmx') return type === 'c' && major === 5 && minor === 2
  return (
    type === 'c' &&
    defaultDevices.some((one) => one.path === path && one.major === major && one.minor === minor)
  )
}

/** Parents first, without /dev itself. */
function directoriesOf(devices: readonly DeviceNode[]): string[] {
  const all = devices.flatMap(({ path }) => {
    const parts = path.split('/').slice(2, -1)
    return parts.map((_, i) => `/dev/${parts.slice(0, i + 1).join('/')}`)
  })
  return [...new Set(all)].sort()
}

/**
 * /dev/console is the container's first terminal under another name. Neither of the two is looked up by a path that might
 * have been bent since: the terminal is the one that is open, and a link at its place is covered. CVE-2025-52565
 * @param terminal the program's end, open in the process that makes the steps; its devpts is in place
 */
export function consoleSteps(terminal: Fd): Step[] {
  const again = open_tree(terminal, '', C.OPEN_TREE_CLONE | C.OPEN_TREE_CLOEXEC | C.AT_EMPTY_PATH)
  return stepsOf(11)(
    'the console is the terminal of this container',
    mknodat(C.AT_FDCWD, '/dev/console', C.S_IFREG | 0o620),
    again,
    move_mount(again, '/dev/console'),
    close(again),
  )
}
