// The file systems that a container finds in its root: /proc, /sys, /dev, and what the user brings in.
//
// All steps are made after pivot_root, so that a path means a place inside the container, whatever links the image
// has put on the way. What comes from the host is opened before pivot_root (`bindSource`) and put in place after it.
// The mounts belong to the container's mount namespace and go with it.

import * as C from '../syscall/constants.ts'
import { mkdirat, mknodat, symlinkat } from '../syscall/file.ts'
import { mount, mount_setattr, move_mount, open_tree } from '../syscall/mount.ts'
import { allowing, type Fd, type Step, type Syscall, stepsOf } from '../syscall/syscall.ts'
import { parseOptions } from './mount-options.ts'
import { because, cleanPath, placeSteps, realDirectorySteps, walk } from './place.ts'
import { openInside } from './walk.ts'

/** One mount, as in the OCI runtime specification: config.md, "Mounts". */
export interface Mount {
  /** An absolute path inside the container. */
  readonly destination: string
  /** A file system type; 'bind' for something of the host, 'cgroup' for the container's own cgroup. */
  readonly type?: string
  readonly source?: string
  /** As for mount(8): `nosuid`, `mode=755`. */
  readonly options?: readonly string[]
}

/** What one kind of mount needs to know besides the specification. */
export interface MountContext {
  /** bind: the copy of the source that was made before pivot_root: `bindSource(mount)`, earlier in the list. */
  readonly tree?: Fd
  /** bind: is the source a file, and not a directory? */
  readonly file?: boolean
  /** bind: flags of the mount that the source lies on, which a change to read-only must not lose (MS_NOSUID …). */
  readonly keep?: number
  /** cgroup v1: the hierarchies, as /proc/self/cgroup names them: 'memory', 'cpu,cpuacct', 'name=systemd'. Without: v2. */
  readonly controllers?: readonly string[]
}

const step = stepsOf(2)

/** Before pivot_root, while host paths still mean the host: take hold of what a bind mount will show. */
export function bindSource(bind: Mount): Syscall {
  const { flags } = parseOptions(bind.options)
  const recursive = flags & C.MS_REC ? C.AT_RECURSIVE : 0
  return open_tree(C.AT_FDCWD, bind.source ?? '', C.OPEN_TREE_CLONE | C.OPEN_TREE_CLOEXEC | recursive)
}

/**
 * Before it is put in place, make the copy read-only with all that is mounted in it: a later remount would reach the
 * topmost mount alone. Linux 5.12; before that, the mounts below stay as they are on the host.
 */
export function sealSource(bind: Mount, tree: Fd): Syscall[] {
  if (!parseOptions(bind.options).readOnlyBelow) return []
  return [allowing('ENOSYS', mount_setattr(tree, C.MOUNT_ATTR_RDONLY, C.AT_RECURSIVE))]
}

/**
 * The steps for one mount, to be made after pivot_root; they make its place if there is none.
 * @throws Error for a destination that is not an absolute path without '..', or lies below /proc, and for options
 *   that are not supported
 */
export function mountSteps(wanted: Mount, context: MountContext = {}): Step[] {
  const at = cleanPath(wanted.destination)
  if (at === '/proc' && wanted.type !== 'proc')
    throw new Error('Nothing may be mounted on /proc but what the kernel shows there.')
  if (isBind(wanted)) return bindSteps(wanted, at, context)
  if (wanted.type === 'cgroup') return cgroupSteps(wanted, at, context.controllers)
  const { flags, data } = parseOptions(wanted.options)
  const type = wanted.type ?? ''
  return [
    ...placeSteps(at),
    ...(type === 'proc' || type === 'sysfs' ? realDirectorySteps(at) : []),
    ...step(reasons[at] ?? `mount ${type}`, mount(wanted.source ?? type, at, type, flags, data)),
    ...propagationSteps(wanted, at),
  ]
}

export function isBind({ type, options }: Mount): boolean {
  return type === 'bind' || Boolean(parseOptions(options).flags & C.MS_BIND)
}

const reasons: Readonly<Record<string, string>> = {
  '/proc': 'show the processes of this PID namespace, and no others',
  '/dev': 'an empty place for devices, in memory',
  '/dev/pts': 'terminals of the container’s own',
  '/sys': 'show the devices of this network namespace, read-only',
  '/dev/mqueue': 'message queues of this IPC namespace',
  '/dev/shm': 'shared memory',
}

function bindSteps(bind: Mount, at: string, { tree, file, keep = 0 }: MountContext): Step[] {
  if (tree === undefined) throw new Error(`The bind mount at ${at} needs its source opened before.`)
  const { flags } = parseOptions(bind.options)
  const { dir, name, steps } = walk(at)
  const make = file ? mknodat(dir, name, C.S_IFREG | 0o644) : mkdirat(dir, name, 0o755)
  const target = openInside(dir, name)
  const own = (flags & ~(C.MS_BIND | C.MS_REC)) | keep
  return [
    ...because(`a place for ${at}`, [...steps, ...step('', allowing('EEXIST', make))]),
    // a file is put over a link of that name; a directory goes to where the link leads, as /var/run in many images
    ...(file
      ? step(`put ${bind.source} of the host in place`, move_mount(tree, name, dir))
      : step(`put ${bind.source} of the host in place`, target, move_mount(tree, '', target))),
    ...(own === keep ? [] : remountSteps(at, own)),
    ...propagationSteps(bind, at),
  ]
}

function remountSteps(at: string, flags: number): Step[] {
  const why = flags & C.MS_RDONLY ? 'it is read-only here' : 'with these restrictions'
  return step(why, mount('none', at, '', C.MS_REMOUNT | C.MS_BIND | flags))
}

/**
 * What is mounted here is private from the start, and only something else must be said. But a bind mount is a copy
 * of a mount of the host: where that is shared, what is mounted upon the copy would appear on the host.
 */
function propagationSteps(wanted: Mount, at: string): Step[] {
  const { propagation } = parseOptions(wanted.options)
  if (!isBind(wanted) && (propagation === 0 || propagation & C.MS_PRIVATE)) return []
  const isPrivate = propagation === 0 || propagation & C.MS_PRIVATE
  const why = isPrivate
    ? 'what is mounted upon it stays here'
    : 'which mounts and unmounts it shares with the host'
  return step(why, mount('none', at, '', propagation || C.MS_PRIVATE | C.MS_REC))
}

/** The cgroup file system; in a cgroup namespace it begins at the container's own cgroup. cgroup_namespaces(7) */
function cgroupSteps(wanted: Mount, at: string, controllers?: readonly string[]): Step[] {
  const { flags } = parseOptions(wanted.options)
  if (!controllers) {
    return [
      ...placeSteps(at),
      ...step('show the container its own cgroup', mount('cgroup', at, 'cgroup2', flags)),
    ]
  }
  return [
    ...placeSteps(at),
    ...step(
      'cgroup v1 has a tree for each controller: a place for them',
      mount('tmpfs', at, 'tmpfs', flags & ~C.MS_RDONLY, 'mode=755'),
    ),
    ...controllers.flatMap((controller) => {
      const dir = `${at}/${controller.replace(/^name=/, '')}`
      const data = controller.startsWith('name=') ? `none,${controller}` : controller
      const several = controller.includes(',') ? controller.split(',') : []
      return step(
        `show the container its own cgroup: ${controller}`,
        mkdirat(C.AT_FDCWD, dir, 0o755),
        mount('cgroup', dir, 'cgroup', flags, data),
        ...several.map((name) => symlinkat(controller, C.AT_FDCWD, `${at}/${name}`)),
      )
    }),
    ...(flags & C.MS_RDONLY ? remountSteps(at, flags) : []),
  ]
}
