// What /proc says of a process. proc(5)

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A field of /proc/PID/status; undefined if there is no such process. */
export function fieldOf(pid: number | string, name: string): string | undefined {
  try {
    return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

/** undefined if there is no such process. */
export function parentOf(pid: number): number | undefined {
  const parent = fieldOf(pid, 'PPid')
  return parent === undefined ? undefined : Number(parent)
}

/** The processes that it has started, or that were left to it. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => parentOf(one) === pid)
}

/** The process that `pid` has started, or is about to start. @throws Error if it has started none in five seconds */
export function someChildOf(pid: number): number {
  const patience = performance.now() + 5000
  while (performance.now() < patience) {
    const [child] = childrenOf(pid)
    if (child !== undefined) return child
  }
  throw new Error(`process ${pid} has started no other`)
}

/** The program that it is. */
export function programOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/.*\//, '')
  } catch {
    return undefined
  }
}

/** The memory that would be free if it ended, in bytes. What it shares with others does not count. */
export function privateMemory(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].map(([, n]) => Number(n))
  return 1024 * kilobytes.reduce((sum, n) => sum + n, 0)
}

/** Has it not ended yet? */
export function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !fieldOf(pid, 'State')?.startsWith('Z')
}

/** How many sockets it has open. */
export function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).filter((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`).startsWith('socket:')
    } catch {
      return false
    }
  }).length
}
