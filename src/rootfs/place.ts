// Where a mount goes: a path inside the container, which an image may have bent with links, made a place inside all the same.
// Directories that are missing are made in the container's root, and stay with it.

import * as C from '../syscall/constants.ts'
import { mkdirat, openat } from '../syscall/file.ts'
import { allowing, type Fd, type Step, stepsOf } from '../syscall/syscall.ts'
import { walkCalls } from './walk.ts'

const step = stepsOf(2)

/** '/a/./b//c' is '/a/b/c'. @throws Error for a place at which nothing may be mounted */
export function cleanPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (!path.startsWith('/') || parts.length === 0 || parts.includes('..')) {
    throw new Error(`A mount needs an absolute path without ".." and below /: "${path}" is none.`)
  }
  const clean = `/${parts.join('/')}`
  // over a part of /proc one could lay files that say what the kernel never said. CVE-2019-16884
  if (clean.startsWith('/proc/') && !procFiles.includes(clean)) {
    throw new Error(`Nothing may be mounted below /proc: "${path}" is refused.`)
  }
  return clean
}

// files that tell how large the machine is: lxcfs replaces them, and runc allows it
const procFiles = ['cpuinfo', 'diskstats', 'loadavg', 'meminfo', 'stat', 'swaps', 'uptime'].map(
  (name) => `/proc/${name}`,
)

// below these lie mounts made by the steps before: no link of the image leads out of them
const ownMounts = ['/proc', '/dev', '/sys']

export interface Place {
  /** The directory that it is in, and its name there. */
  readonly dir: Fd
  readonly name: string
  /** What leads to the directory. */
  readonly steps: Step[]
}

/** Walk to the directory in which the last part of `path` lies, and make what is missing. */
export function walk(path: string): Place {
  const parts = path.slice(1).split('/')
  if (parts.length === 1 || ownMounts.includes(`/${parts[0]}`)) {
    const above = parts.slice(1, -1).map((_, i) => `/${parts.slice(0, i + 2).join('/')}`)
    const steps = above.flatMap((dir) => step('', allowing('EEXIST', mkdirat(C.AT_FDCWD, dir, 0o755))))
    return { dir: C.AT_FDCWD, name: path, steps }
  }
  const { calls, directory } = walkCalls(parts.slice(0, -1))
  return { dir: directory, name: parts.at(-1)!, steps: step('', ...calls) }
}

/** Make a directory to mount something on, if there is none. */
export function placeSteps(path: string): Step[] {
  const { dir, name, steps } = walk(path)
  return because(`a place for ${path}`, [
    ...steps,
    ...step('', allowing('EEXIST', mkdirat(dir, name, 0o755))),
  ])
}

/**
 * /proc and /sys must be where everyone looks for them, or what hides parts of them hides nothing: an image in
 * which they are links is refused here. CVE-2019-19921
 */
export function realDirectorySteps(path: string): Step[] {
  return step(
    `${path} has to be a directory: an image in which it is a link is refused`,
    openat(C.AT_FDCWD, path, C.O_PATH | C.O_DIRECTORY | C.O_NOFOLLOW | C.O_CLOEXEC),
  )
}

/** Several steps with one reason, said at the first. */
export function because(why: string, steps: readonly Step[]): Step[] {
  return steps.map((one, i) => ({ ...one, why: i === 0 ? why : '' }))
}
