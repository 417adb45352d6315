// What the host looks like, for tests that must leave it as it was: mounts, links, cgroups, nf_tables rules,
// processes, temporary files. Reading it changes nothing.
//
//   const before = hostState()
//   …
//   expect(await changesSince(before)).toEqual([])

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

export interface HostState {
  /** One line for each thing of that kind. */
  readonly mounts: readonly string[]
  readonly links: readonly string[]
  readonly cgroups: readonly string[]
  readonly rules: readonly string[]
  readonly processes: readonly string[]
  readonly temporary: readonly string[]
}

/** What is on this host now. */
export function hostState(): HostState {
  return {
    mounts: mounts(),
    links: names('/sys/class/net'),
    cgroups: cgroups(),
    rules: rules(),
    processes: processes(),
    temporary: ['/tmp', '/var/tmp', '/run', '/dev/shm'].flatMap((folder) =>
      names(folder).map((name) => join(folder, name)),
    ),
  }
}

/** What kind of thing to leave out of the comparison, by its line. */
export type Ignored = (line: string) => boolean

/**
 * What came and what went since then, each as one line: `+ links veth-ac1d0002`. The kernel takes some things away a
 * moment after the last process that held them, so this waits for them for a while.
 */
export async function changesSince(before: HostState, ignored: Ignored = () => false): Promise<string[]> {
  for (let tries = 0; ; tries++) {
    const found = changes(before, hostState()).filter((line) => !ignored(line))
    if (found.length === 0 || tries === 60) return found
    await setTimeout(50)
  }
}

function changes(before: HostState, after: HostState): string[] {
  const kinds = Object.keys(before) as (keyof HostState)[]
  return kinds.flatMap((kind) => [
    ...without(after[kind], before[kind]).map((line) => `+ ${kind} ${line}`),
    // that a process or a temporary file of others came to its end is nothing that we did
    ...(kind === 'processes' || kind === 'temporary'
      ? []
      : without(before[kind], after[kind]).map((line) => `- ${kind} ${line}`)),
  ])
}

/** The lines of `some` that are not in `others`; a line that is there twice counts twice. */
function without(some: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return some.filter((line) => {
    const at = left.indexOf(line)
    if (at !== -1) left.splice(at, 1)
    return at === -1
  })
}

/** Without the numbers of the mounts, which only say in which order they were made. proc_pid_mountinfo(5) */
function mounts(): string[] {
  return lines('/proc/self/mountinfo').map((line) => line.split(' ').slice(2).join(' '))
}

/** Every cgroup, in every hierarchy that is mounted. */
function cgroups(): string[] {
  const points = lines('/proc/self/mounts')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, point]) => point!)
  return points.flatMap((point) => [point, ...directoriesBelow(point)])
}

function directoriesBelow(directory: string): string[] {
  return entries(directory)
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(directory, entry.name))
    .flatMap((path) => [path, ...directoriesBelow(path)])
}

/** What nft(8) lists; nothing where there is no such tool. */
function rules(): string[] {
  const { stdout, error } = spawnSync('nft', ['list', 'ruleset'], { encoding: 'utf8' })
  return error ? [] : stdout.split('\n').filter((line) => line !== '')
}

/**
 * `pid command`, of those that someone may have left behind: that are in other namespaces than we are, or whose parent
 * is gone, so that process 1 has taken them. What else runs on this machine is none of our business.
 */
function processes(): string[] {
  return names('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const status = readIfThere(`/proc/${pid}/status`)
      const isOver = /^State:\s+[ZX]/m.test(status)
      const isKernel = readIfThere(`/proc/${pid}/cmdline`) === ''
      const isService = /\/system\.slice\//.test(readIfThere(`/proc/${pid}/cgroup`))
      const isAlone = /^PPid:\s+1$/m.test(status)
      if (isOver || isKernel || isService || !(isAlone || isElsewhere(pid))) return []
      return [`${pid} ${readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`]
    })
}

function isElsewhere(pid: string): boolean {
  try {
    return ['mnt', 'pid', 'net', 'uts'].some(
      (kind) => readlinkSync(`/proc/${pid}/ns/${kind}`) !== readlinkSync(`/proc/self/ns/${kind}`),
    )
  } catch {
    return false
  }
}

export function names(directory: string): string[] {
  return entries(directory).map(({ name }) => name)
}

function entries(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch {
    return []
  }
}

export function lines(path: string): string[] {
  return readIfThere(path).split('\n').filter(Boolean)
}

export function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
