// What /proc says about the processes that engines have beside each container.

import { readdirSync, readFileSync } from 'node:fs'
import type { Kept } from './peers.ts'
import { run } from './workplace.ts'

/** The container's first process, by the engine's own word. @throws Error if it has none */
export function firstProcess(kept: Kept, name: string): number {
  const pid = Number(run(kept.pid(name)))
  if (!(pid > 0)) throw new Error(`${name} does not run`)
  return pid
}

/** Who started it: for a container's first process, the one that watches over it. */
export function parentOf(pid: number): number {
  return Number(fieldsOf(pid)[1])
}

/** In milliseconds, of the process alone, since it was started. proc_pid_stat(5) */
export function processorTime(pid: number): number {
  const fields = fieldsOf(pid)
  // in clock ticks, of which there are a hundred a second
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** All processes with one of these names. */
export function processesOf(names: readonly string[]): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => names.includes(textOf(`/proc/${pid}/comm`).trim()))
}

export interface Memory {
  /** Its own, in bytes. */
  readonly own: number
  /** And its share of what others have mapped, too. */
  readonly proportional: number
}

/** proc_pid_smaps(5): smaps_rollup */
export function memoryOf(pid: number): Memory {
  const text = textOf(`/proc/${pid}/smaps_rollup`)
  const kilobytes = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  return {
    own: (kilobytes('Private_Clean') + kilobytes('Private_Dirty')) * 1024,
    proportional: kilobytes('Pss') * 1024,
  }
}

/** From the third on; the second is the program's name in brackets. */
function fieldsOf(pid: number): string[] {
  const stat = textOf(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
