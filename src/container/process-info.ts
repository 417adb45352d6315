// What /proc says about a process. A pid alone is no identity: the kernel gives it out again; the time at which
// the process was started is the other half. proc_pid_stat(5)

import { readFileSync } from 'node:fs'

/** The start of a process, in clock ticks since boot (field 22 of stat); undefined if there is none, or a zombie. */
export function startTime(pid: number): number | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  // the second field is the program's name in brackets, and may itself hold blanks and brackets
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : Number(fields[19])
}

let boot: string | undefined

/** What distinguishes this boot of the machine from all others. random(4), proc_sys_kernel(5) */
export function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return boot
}

/** The start of a process of an earlier boot: none has it. */
export const ofAnotherBoot = -1

/** Is the process that was started at `started` still there? */
export function isAlive(pid: number, started: number): boolean {
  return pid > 0 && startTime(pid) === started
}
