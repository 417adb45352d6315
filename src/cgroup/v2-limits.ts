// The limits of version 2: which file holds which. Documentation/admin-guide/cgroup-v2.rst, "Controllers"

import { bytes, keptBytes, type Limit } from './limit.ts'
import { type CpuLimit, type LinuxResources, type MemoryLimit, weightOf } from './resources.ts'
import { type FileOf, limitsWith, memoryLimit } from './shared-limits.ts'
import { checkSwap, swapWish } from './swap.ts'

/**
 * The limits for a new group.
 * @param file the path of a file of the group, by its name
 * @throws CgroupError for limits that contradict each other
 */
export function limits(file: FileOf, resources: LinuxResources): Limit[] {
  const names = { reservation: 'memory.low', ioWeight: 'io.bfq.weight' }
  return limitsWith({ names, memoryLimits, cpuLimits }, file, resources)
}

/** v2 limits swap by itself, where the OCI specification counts it together with memory. */
function memoryLimits(file: FileOf, memory: MemoryLimit): Limit[] {
  const { limit, swap } = memory
  checkSwap(memory)
  const list: Limit[] = []
  if (limit !== undefined) list.push(memoryLimit(file('memory.max'), limit, 'max'))
  if (swap === undefined) return list
  const alone = swap < 0 ? -1 : swap - limit!
  list.push({
    file: file('memory.swap.max'),
    value: alone < 0 ? 'max' : String(alone),
    why: alone < 0 ? 'as much swap as there is' : `at most ${bytes(alone)} of swap besides`,
    asked: `a swap limit of ${bytes(alone)}`,
    kept: (content) => keptBytes(alone, content),
    ...swapWish(memory),
  })
  return list
}

function cpuLimits(file: FileOf, { quota, period = 100_000, shares }: CpuLimit): Limit[] {
  const list: Limit[] = []
  if (quota !== undefined && quota !== 0) {
    // #region cpuMax
    const value = `${quota < 0 ? 'max' : quota} ${period}`
    list.push({
      file: file('cpu.max'),
      value,
      why:
        quota < 0
          ? 'no limit on processor time'
          : `at most ${quota / period} processors: microseconds in each period`,
      asked: `a cpu limit of ${value} (microseconds in each period)`,
      kept: (content) => content === value,
    })
    // #endregion cpuMax
  }
  if (shares) {
    const weight = weightOf(shares)
    list.push({
      file: file('cpu.weight'),
      value: String(weight),
      why: 'the share of processor time when others want it too',
      asked: `a cpu weight of ${weight} (shares of ${shares})`,
      kept: (content) => Number(content) === weight,
    })
  }
  return list
}
