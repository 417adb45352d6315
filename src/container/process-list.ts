// The processes of a container, as the host sees them: what ps(1) would say, read from /proc. proc_pid_stat(5)

import { readFileSync } from 'node:fs'

export interface ProcessInfo {
  readonly pid: number
  readonly ppid: number
  readonly uid: number
  /** R, S, D, Z, T … */
  readonly state: string
  /** The program's name, at most 15 bytes of it. */
  readonly comm: string
  /** Its command line; its name in brackets if it has none. */
  readonly args: string
  /** Seconds of processor time. */
  readonly time: number
  /** When it was started, in milliseconds since 1970. */
  readonly started: number
  /** Bytes. */
  readonly rss: number
  readonly vsz: number
  readonly nice: number
  /** `pts/0`; `?` without one. */
  readonly tty: string
}

/** USER_HZ is 100 on both processors; asm-generic/param.h */
const ticksPerSecond = 100
const pageSize = 4096

/** Those of these processes that are still there. */
export function processList(pids: readonly number[]): ProcessInfo[] {
  const booted = bootTime()
  return pids.map((pid) => processInfo(pid, booted)).filter((one) => one !== undefined)
}

function processInfo(pid: number, booted: number): ProcessInfo | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
    const comm = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    // the fields from the third on
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const number = (field: number) => Number(fields[field - 3])
    return {
      pid,
      ppid: number(4),
      uid: Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? 0),
      state: fields[0] ?? '?',
      comm,
      args: words.length > 0 ? words.join(' ') : `[${comm}]`,
      time: (number(14) + number(15)) / ticksPerSecond,
      started: booted + (number(22) / ticksPerSecond) * 1000,
      rss: number(24) * pageSize,
      vsz: number(23),
      nice: number(19),
      tty: ttyName(number(7)),
    }
  } catch {
    return undefined
  }
}

/** The majors of pseudo-terminals are 136 to 143. */
function ttyName(device: number): string {
  const major = (device >>> 8) & 0xfff
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00)
  if (device === 0) return '?'
  return major >= 136 && major <= 143 ? `pts/${(major - 136) * 256 + minor}` : `tty${minor}`
}

function bootTime(): number {
  return Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1] ?? 0) * 1000
}
