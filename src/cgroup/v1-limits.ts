// The limits of version 1: which file holds which. Documentation/admin-guide/cgroup-v1/memory.rst, scheduler/sched-bwc.rst

import { bytes, keptBytes, type Limit } from './limit.ts'
import type { CpuLimit, LinuxResources, MemoryLimit } from './resources.ts'
import { type FileOf, limitsWith, memoryLimit } from './shared-limits.ts'
import { checkSwap, swapWish } from './swap.ts'

/**
 * The limits for a new group.
 * @param file the path of a file of the group, by its name
 * @throws CgroupError for limits that contradict each other, or whose controller is not there
 */
export function limits(file: FileOf, resources: LinuxResources): Limit[] {
  const names = { reservation: 'memory.soft_limit_in_bytes', ioWeight: 'blkio.weight' }
  return limitsWith({ names, memoryLimits, cpuLimits }, file, resources)
}

/** Memory before memory with swap, as a new group has no limit yet: the first must never be above the second. */
function memoryLimits(file: FileOf, memory: MemoryLimit): Limit[] {
  const { limit, swap } = memory
  checkSwap(memory)
  const list: Limit[] = []
  if (limit !== undefined) list.push(memoryLimit(file('memory.limit_in_bytes'), limit, '-1'))
  if (swap !== undefined && !(swap < 0 && limit === undefined)) {
    list.push({
      file: file('memory.memsw.limit_in_bytes'),
      value: String(swap),
      why: swap < 0 ? 'as much swap as there is' : `at most ${bytes(swap)} of memory and swap together`,
      asked: `a limit of ${bytes(swap)} on memory and swap`,
      kept: (content) => keptBytes(swap, content),
      ...swapWish(memory),
    })
  }
  return list
}

/** The period before the quota: a quota counts in periods, and 100 ms are the kernel's own. */
function cpuLimits(file: FileOf, { quota, period, shares }: CpuLimit): Limit[] {
  const list: Limit[] = []
  const add = (name: string, value: number, why: string, asked: string) =>
    list.push({
      file: file(name),
      value: String(value),
      why,
      asked,
      kept: (content) => Number(content) === value,
    })
  if (period) {
    const why = 'count processor time in periods of this many microseconds'
    add('cpu.cfs_period_us', period, why, `a cpu period of ${period} µs`)
  }
  if (quota) {
    const why = quota < 0 ? 'no limit on processor time' : `at most ${quota / (period ?? 100_000)} processors`
    add('cpu.cfs_quota_us', Math.max(quota, -1), why, `a cpu quota of ${quota} µs`)
  }
  if (shares) {
    const why = 'the share of processor time when others want it too'
    add('cpu.shares', shares, why, `cpu shares of ${shares}`)
  }
  return list
}
