// Limits that both versions of control groups write in the same way, but for the names of their files.

import { bytes, keptBytes, type Limit } from './limit.ts'
import type { CpuLimit, LinuxResources, MemoryLimit } from './resources.ts'

/** The path of a file of a group, by its name. */
export type FileOf = (name: string) => string

/** What is not the same on both. */
export interface Version {
  /** Of these files only the name differs. */
  readonly names: { readonly reservation: string; readonly ioWeight: string }
  readonly memoryLimits: (file: FileOf, memory: MemoryLimit) => Limit[]
  readonly cpuLimits: (file: FileOf, cpu: CpuLimit) => Limit[]
}

/** All limits of a version, in the order in which they are to be written. */
export function limitsWith(
  { names, memoryLimits, cpuLimits }: Version,
  file: FileOf,
  { memory, cpu, pids, blockIO }: LinuxResources,
): Limit[] {
  return [
    ...(memory ? memoryLimits(file, memory) : []),
    ...(memory?.reservation ? [reservation(file(names.reservation), memory.reservation)] : []),
    ...(cpu ? [...cpuLimits(file, cpu), ...cpusetLimits(file, cpu)] : []),
    ...(blockIO ? [ioWeight(file(names.ioWeight), blockIO.weight)] : []),
    ...(pids ? [pidsLimit(file('pids.max'), pids.limit)] : []),
  ]
}

/** The limit of memory. @param none what stands for no limit */
export function memoryLimit(file: string, limit: number, none: string): Limit {
  return {
    file,
    value: limit < 0 ? none : String(limit),
    why: limit < 0 ? 'no limit on memory' : `at most ${bytes(limit)} of memory`,
    asked: `a memory limit of ${bytes(limit)}`,
    kept: (content) => keptBytes(limit, content),
  }
}

/** The limit of processes. */
function pidsLimit(file: string, limit: number): Limit {
  const value = limit > 0 ? String(limit) : 'max'
  return {
    file,
    value,
    why: `at most ${value} processes and threads`,
    asked: `a limit of ${value} processes (pids)`,
    kept: (content) => content === value,
  }
}

/** What the container may count on, and beyond which it gives first when memory is scarce. */
function reservation(file: string, amount: number): Limit {
  return {
    file,
    value: String(amount),
    why: `when memory is scarce, take it where more than ${bytes(amount)} are used`,
    asked: `a memory reservation of ${bytes(amount)}`,
    kept: (content) => keptBytes(amount, content),
  }
}

/** Which processors and memory nodes. The kernel may write the list in another way: `0,1` as `0-1`. */
function cpusetLimits(file: FileOf, { cpus, mems }: CpuLimit): Limit[] {
  const list = (name: string, value: string, what: string): Limit => ({
    file: file(name),
    value,
    why: `only ${what} ${value}`,
    asked: `${what} ${value}`,
    kept: (content) => sameList(content, value),
  })
  return [
    ...(cpus === undefined ? [] : [list('cpuset.cpus', cpus, 'the processors')]),
    ...(mems === undefined ? [] : [list('cpuset.mems', mems, 'the memory nodes')]),
  ]
}

function sameList(a: string, b: string): boolean {
  return members(a).join() === members(b).join()
}

/** `0-2,5` is 0, 1, 2 and 5. */
function members(list: string): number[] {
  const all = list.split(',').flatMap((part) => {
    const [from, to] = part.split('-').map(Number)
    return Array.from({ length: (to ?? from!) - from! + 1 }, (_, i) => from! + i)
  })
  return [...new Set(all)].sort((x, y) => x - y)
}

/** The share of the disk: only where the kernel has a scheduler for it (BFQ, or CFQ before Linux 5.0). */
function ioWeight(file: string, weight: number): Limit {
  return {
    file,
    value: String(weight),
    why: 'the share of the disk when others want it too',
    asked: `a block IO weight of ${weight}`,
    kept: (content) => Number(content.replace('default ', '').split('\n')[0]) === weight,
    wish: 'Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.',
  }
}
