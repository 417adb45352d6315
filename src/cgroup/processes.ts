// The processes of a group and of all groups below it: who they are, stopping them, ending them, and removing the
// groups. A group can only be removed when no process and no other group is in it.

import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { attempt, call } from '../syscall/call.ts'
import { AT_FDCWD, AT_REMOVEDIR, SIGKILL } from '../syscall/constants.ts'
import { errnoNumber } from '../syscall/errno.ts'
import { failedWith, SyscallError } from '../syscall/error.ts'
import { unlinkat } from '../syscall/file.ts'
import { perform } from '../syscall/perform.ts'
import { kill } from '../syscall/process.ts'
import { allowing, stepsOf } from '../syscall/syscall.ts'
import type { Dialect } from './dialect.ts'
import { CgroupError } from './error.ts'
import { readText } from './files.ts'
import { writing } from './limit.ts'

const step = stepsOf(4)
const write = (file: string, value: string) => perform(step('', ...writing(file, value)))

/** The processes in a directory of a tree and in all below it, as this PID namespace numbers them. */
export function pidsBelow(directory: string): number[] {
  const own = (readText(`${directory}/cgroup.procs`) ?? '').split('\n').map(Number)
  const below = groupsIn(directory).flatMap((name) => pidsBelow(`${directory}/${name}`))
  // 0 is a process that is not visible here; to kill(2) it would mean our own process group
  return [...own, ...below].filter((pid) => pid > 0)
}

/** The groups right below a directory; none if it is not there. */
export function groupsIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENODEV') return []
    throw error
  }
}

/**
 * Stop all processes of the group where they are, and wait until they are stopped.
 * @throws CgroupError if one does not stop within two seconds: it waits for a disk, probably. All go on then.
 */
export function freeze({ freezer, directories }: Dialect, path: string): void {
  if (!freezer)
    throw new CgroupError('This host has no freezer for control groups mounted, so none can be paused.')
  for (let waited = 0; waited < 2000; waited += pause(waited)) {
    // v1 may miss a process that was just being started, and looks again at each write
    write(freezer.file(path), freezer.freeze)
    if (freezer.isFrozen(path)) return
  }
  thaw({ freezer } as Dialect, path)
  throw new CgroupError(
    `Some process of ${path} does not stop: ${pidsBelow(directories(path)[0]!).join(', ')}. All go on as before.`,
  )
}

/** Let the processes of the group go on. */
export function thaw({ freezer }: Pick<Dialect, 'freezer'>, path: string): void {
  if (freezer) write(freezer.file(path), freezer.thaw)
}

/**
 * Send SIGKILL to all processes of the group; it does not wait for their end. None escapes by starting another one:
 * the kernel sees to it (cgroup.kill), or they are stopped first.
 */
export function killAll(dialect: Dialect, path: string): void {
  const file = dialect.killFile(path)
  if (file !== undefined && killed(file)) return
  try {
    if (dialect.freezer) freeze(dialect, path)
  } catch (error) {
    // what does not stop can still be killed; if the group is gone, there is no one to kill
    if (isGone(error)) return
    if (!(error instanceof CgroupError)) throw error
  }
  for (const pid of everyPid(dialect, path)) {
    if (pid !== process.pid) call(allowing('ESRCH', kill(pid, SIGKILL)))
  }
  thawAll(dialect, path)
}

/** The file is not there, or was removed while it was open. */
function isGone(error: unknown): boolean {
  return failedWith(error, 'ENOENT') || failedWith(error, 'ENODEV')
}

/** v1: a signal is only seen by a process that goes on, and a group below may have been stopped by itself. */
function thawAll(dialect: Dialect, path: string): void {
  if (!dialect.freezer) return
  try {
    thaw(dialect, path)
  } catch (error) {
    // whoever watches over the container may remove the group in this moment: its processes have ended
    if (!isGone(error)) throw error
    return
  }
  for (const name of groupsIn(dirname(dialect.freezer.file(path)))) thawAll(dialect, `${path}/${name}`)
}

function killed(file: string): boolean {
  try {
    write(file, '1')
    return true
  } catch (error) {
    // no such file before Linux 5.14
    if (isGone(error)) return false
    throw error
  }
}

/** On v1 a process may be in the group in one tree and elsewhere in another. */
function everyPid({ directories }: Dialect, path: string): Set<number> {
  return new Set(directories(path).flatMap(pidsBelow))
}

/**
 * Remove the group and all below it, and the groups above it that are empty then. What still runs in it is killed
 * first. A group that is not there is no error.
 * @throws CgroupError if processes do not end within ten seconds
 */
export function remove(dialect: Dialect, path: string): void {
  let isKilled = false
  for (let waited = 0; waited < 10_000; waited += pause(waited)) {
    const left = dialect.directories(path).filter((directory) => !removed(directory))
    if (left.length === 0) {
      removeParents(dialect, path)
      return
    }
    if (!isKilled || waited > 100) killAll(dialect, path)
    isKilled = true
  }
  throw new CgroupError(
    `The control group ${path} cannot be removed: its processes ${[...everyPid(dialect, path)].join(', ')} were killed and do not end.\n` +
      'They wait for something that does not come, a disk or a network file system: see their state in ps (D).',
  )
}

/** Is the group gone now? Those below it go first. */
function removed(directory: string): boolean {
  if (rmdir(directory)) return true
  return groupsIn(directory).every((name) => removed(`${directory}/${name}`)) && rmdir(directory)
}

/** @returns false if something is in it */
export function rmdir(directory: string): boolean {
  const result = attempt(unlinkat(AT_FDCWD, directory, AT_REMOVEDIR))
  if (result === 0 || result === -errnoNumber('ENOENT')) return true
  if (result === -errnoNumber('EBUSY')) return false
  throw new SyscallError(unlinkat(AT_FDCWD, directory, AT_REMOVEDIR), -result)
}

/** As long as another container has its group beside this one, the kernel refuses: EBUSY. */
function removeParents({ directories }: Dialect, path: string): void {
  const above = path.split('/').slice(0, -1)
  for (let depth = above.length; depth > 0; depth--) {
    for (const directory of directories(above.slice(0, depth).join('/'))) rmdir(directory)
  }
}

/** Wait a little, longer from time to time. @returns milliseconds */
function pause(waited: number): number {
  return sleep(Math.min(50, Math.max(1, waited)))
}

const clock = new Int32Array(new SharedArrayBuffer(4))

/** Sleep here and now: no JavaScript runs meanwhile. @returns milliseconds */
export function sleep(milliseconds: number): number {
  Atomics.wait(clock, 0, 0, milliseconds)
  return milliseconds
}
