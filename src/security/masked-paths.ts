// The files of /proc and /sys that belong to the whole machine, although they can be seen in every container.
// Those that tell too much are covered; those that change the host's kernel are made read-only. All of it are
// mounts in the container's own mount namespace, and they go with it. OCI runtime spec, `linux.maskedPaths`

import { existsSync, readdirSync } from 'node:fs'
import * as C from '../syscall/constants.ts'
import { mount, move_mount, open_tree } from '../syscall/mount.ts'
import { allowing, type Step, stepsOf } from '../syscall/syscall.ts'

const step = stepsOf(8)

/** What lies at a path decides what can cover it. */
export type PathKind = 'file' | 'directory'

/** Docker's list, with the kind of each: moby, daemon/pkg/oci/defaults.go */
const kinds: Readonly<Record<string, PathKind>> = {
  '/proc/acpi': 'directory',
  '/proc/asound': 'directory',
  '/proc/interrupts': 'file',
  '/proc/kcore': 'file',
  '/proc/keys': 'file',
  '/proc/latency_stats': 'file',
  '/proc/sched_debug': 'file',
  '/proc/scsi': 'directory',
  '/proc/timer_list': 'file',
  '/proc/timer_stats': 'file',
  '/sys/devices/virtual/powercap': 'directory',
  '/sys/firmware': 'directory',
}

/** What no container may read: memory, keys, timings that give away what others do. */
export const maskedPaths: readonly string[] = Object.keys(kinds)

const thermal = /^\/sys\/devices\/system\/cpu\/cpu\d+\/thermal_throttle$/

/** The counters of each processor's heat on this machine, which tell what others compute; virtual machines have none. */
export function thermalPaths(): string[] {
  return readdirSync('/sys/devices/system/cpu')
    .map((name) => `/sys/devices/system/cpu/${name}/thermal_throttle`)
    .filter((path) => thermal.test(path) && existsSync(path))
}

/** What no container may write to. */
export const readonlyPaths: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
]

export interface Masks {
  /** To be made before pivot_root, while the host's /dev/null can be reached, and after the mounts are private. */
  readonly before: Step[]
  /** To be made after the container's /proc and /sys are mounted. */
  readonly after: Step[]
}

/**
 * The steps that cover `paths`: a file by a mount of the host's /dev/null, a directory by an empty read-only
 * tmpfs. What this kernel does not have is passed over.
 *
 * The mounts of /dev/null are taken before pivot_root: after it the name would be looked up in the image, which may
 * have anything there (CVE-2025-31133).
 * @param kindOf what lies at a path that is not in Docker's list
 * @throws Error if the kind of a path is not known
 */
export function maskedSteps(
  paths: readonly string[],
  kindOf: (path: string) => PathKind | undefined = () => undefined,
): Masks {
  const kind = (path: string): PathKind => {
    const found = kinds[path] ?? (thermal.test(path) ? 'directory' : kindOf(path))
    if (!found) throw new Error(`Is ${path} a file or a directory? That decides how it can be covered.`)
    return found
  }
  const files = paths
    .filter((path) => kind(path) === 'file')
    .map((path) => ({
      path,
      cover: open_tree(C.AT_FDCWD, '/dev/null', C.OPEN_TREE_CLONE | C.OPEN_TREE_CLOEXEC),
    }))
  const directories = paths.filter((path) => kind(path) === 'directory')
  const empty = C.MS_RDONLY | C.MS_NOSUID | C.MS_NODEV | C.MS_NOEXEC
  // #region covers
  return {
    before: step('bring along /dev/null, as a cover for files of /proc', ...files.map(({ cover }) => cover)),
    after: [
      ...step(
        'cover the files that tell too much about the host',
        ...files.map(({ path, cover }) => allowing('ENOENT', move_mount(cover, path))),
      ),
      ...step(
        'cover the directories that do, by empty ones',
        ...directories.map((path) =>
          allowing('ENOENT', mount('tmpfs', path, 'tmpfs', empty, 'nr_blocks=1,nr_inodes=1')),
        ),
      ),
    ],
  }
  // #endregion covers
}

/**
 * The steps that make `paths` read-only: each becomes a mount of its own, for only a mount can be read-only where
 * the file system around it is not. What this kernel does not have is passed over.
 */
export function readonlySteps(paths: readonly string[]): Step[] {
  // a mount that is changed gets exactly these flags, so those that /proc has must be repeated
  const flags = C.MS_BIND | C.MS_REMOUNT | C.MS_RDONLY | C.MS_NOSUID | C.MS_NODEV | C.MS_NOEXEC
  return paths.flatMap((path) =>
    step(
      `no one in the container may write to ${path}`,
      allowing('ENOENT', mount(path, path, '', C.MS_BIND | C.MS_REC)),
      allowing('ENOENT', mount('', path, '', flags)),
    ),
  )
}
