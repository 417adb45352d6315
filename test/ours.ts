// What of this machine belongs to one root of gocker, and to nobody else: other containers may come and go beside it.
// Reading it changes nothing.

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { lines, names, readIfThere } from './host-state.ts'

/** A subnet that another test on this machine, with another root, is not likely to have. */
export function ownSubnet(number: number): string {
  return `10.${64 + (process.pid % 128)}.${number}.0/24`
}

/** By what things are known to be ours. */
export interface Marks {
  /** The root, an absolute path. */
  readonly root: string
  /** Full ids of containers. */
  readonly ids: ReadonlySet<string>
  /** Host's ends of cables, bridges. */
  readonly links: ReadonlySet<string>
}

/** One line for each thing that is there. */
export function oursOnThisHost(marks: Marks): string[] {
  return [...mounts(marks), ...groups(marks), ...links(marks), ...rules(marks), ...processes(marks)]
}

function mounts({ root }: Marks): string[] {
  return lines('/proc/self/mountinfo')
    .filter((line) => line.includes(root))
    .map((line) => `mount ${line}`)
}

function groups({ ids }: Marks): string[] {
  const points = lines('/proc/self/mounts')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, point]) => point!)
  return points.flatMap((point) =>
    names(join(point, 'gocker'))
      .filter((name) => ids.has(name))
      .map((name) => `cgroup ${join(point, 'gocker', name)}`),
  )
}

function links(marks: Marks): string[] {
  return names('/sys/class/net')
    .filter((name) => marks.links.has(name))
    .map((name) => `link ${name}`)
}

/** Our rules name our links, and each of our networks has a table that is called as its bridge. */
function rules(marks: Marks): string[] {
  const { stdout, error } = spawnSync('nft', ['list', 'ruleset'], { encoding: 'utf8' })
  if (error) return []
  const named = /"([^"]+)"|^table ip (\S+)/g
  return stdout
    .split('\n')
    .filter((line) =>
      [...line.matchAll(named)].some(([, quoted, table]) => marks.links.has(quoted ?? table ?? '')),
    )
    .map((line) => `rule ${line.trim()}`)
}

function processes(marks: Marks): string[] {
  return processIds()
    .filter((pid) => belongs(pid, marks))
    .map((pid) => `process ${pid} ${readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`)
}

/** Clients and supervisors name the root; the processes of containers are in their groups. */
function belongs(pid: string, { root, ids }: Marks): boolean {
  if (pid === String(process.pid) || isOver(pid)) return false
  if (readIfThere(`/proc/${pid}/environ`).includes(`GOCKER_ROOT=${root}\0`)) return true
  if (readIfThere(`/proc/${pid}/cmdline`).includes(root)) return true
  return [...readIfThere(`/proc/${pid}/cgroup`).matchAll(/\/gocker\/([0-9a-f]{64})/g)].some(([, id]) =>
    ids.has(id!),
  )
}

function isOver(pid: string): boolean {
  return !/^State:\s+[^ZX]/m.test(readIfThere(`/proc/${pid}/status`))
}

/** The memory of gocker's own processes, in bytes: what several of them share is counted once (PSS). */
export function memoryOf(root: string): { readonly bytes: number; readonly processes: number } {
  const sizes = processIds()
    .filter((pid) => isGocker(pid, root))
    .map((pid) => Number(/^Pss:\s+(\d+) kB/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024)
  return { bytes: sizes.reduce((sum, one) => sum + one, 0), processes: sizes.length }
}

function isGocker(pid: string, root: string): boolean {
  const command = readIfThere(`/proc/${pid}/cmdline`)
  if (command.startsWith('gocker: waits for ')) return command.includes(root)
  return (
    command.includes('/src/cli/') && readIfThere(`/proc/${pid}/environ`).includes(`GOCKER_ROOT=${root}\0`)
  )
}

/** Every file below the root, but what is in the layers; and the folders that stay when what was in them has gone. */
export function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => !/^layers\/[^/]+\/|^events\.jsonl(\.\d)?$|^(networks|volumes|steps)$/.test(path))
    .sort()
}

function processIds(): string[] {
  return names('/proc').filter((name) => /^\d+$/.test(name))
}
