// Limits that belong to a process and not to a group: rlimits, and how gladly the OOM killer takes it. Both are handed
// down to whatever it starts. setrlimit(2), proc_pid_oom_score_adj(5)

import { readFileSync, writeFileSync } from 'node:fs'
import { openInProc } from '../rootfs/walk.ts'
import { close, write } from '../syscall/file.ts'
import { prlimit64 } from '../syscall/process.ts'
import { type Fd, type Step, stepsOf } from '../syscall/syscall.ts'

/** Numbers from asm-generic/resource.h */
export const rlimitNumbers: Readonly<Record<string, number>> = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  locks: 10,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
}

/** As in the OCI runtime specification: config.md, "POSIX process". -1 is no limit. */
export interface Rlimit {
  /** `RLIMIT_NOFILE` */
  readonly type: string
  readonly soft: number
  readonly hard: number
}

const step = stepsOf(9)

/** To be made while the process is still root: who raises a hard limit needs CAP_SYS_RESOURCE. */
export function rlimitSteps(limits: readonly Rlimit[]): Step[] {
  return limits.flatMap(({ type, soft, hard }) =>
    step(
      `${type} ${shown(soft)}, and it may be raised to ${shown(hard)}`,
      prlimit64(type, numberOf(type), soft, hard),
    ),
  )
}

const shown = (value: number) => (value < 0 ? 'without end' : String(value))

function numberOf(type: string): number {
  const number = rlimitNumbers[type.replace(/^RLIMIT_/, '').toLowerCase()]
  if (number === undefined) throw new Error(`There is no limit called ${type}.`)
  return number
}

/** To be made when /proc is the container's own. From -1000, never, to 1000, first. */
export function oomScoreSteps(adjustment: number | undefined, proc: Fd): Step[] {
  if (adjustment === undefined || adjustment === 0) return []
  const fd = openInProc(proc, 'self/oom_score_adj')
  return step('how gladly the OOM killer takes it', fd, write(fd, String(adjustment)), close(fd))
}

const ownScore = '/proc/self/oom_score_adj'

/**
 * Do `work`, which starts a process that shall have this adjustment, and be as before afterwards: while the new process
 * shares our memory, the kernel gives the same to both.
 * @param asOurs let it be handed down, instead of being set by the new process itself
 */
export function withOomScore<T>(adjustment: number | undefined, work: () => T, asOurs = false): T {
  if (adjustment === undefined || adjustment === 0) return work()
  const own = readFileSync(ownScore, 'latin1').trim()
  if (asOurs) writeFileSync(ownScore, String(adjustment))
  try {
    return work()
  } finally {
    writeFileSync(ownScore, own)
  }
}
