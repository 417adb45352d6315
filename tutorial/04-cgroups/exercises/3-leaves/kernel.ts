// A very small kernel: it knows a tree of cgroup v2, makes the steps of a plan, and refuses what the real one refuses.

import type { Group, Step, Tree } from './exercise.ts'

export interface After {
  /** The groups, by path. */
  readonly groups: ReadonlyMap<string, Group>
  /** What was written into the files of controllers, by path. */
  readonly limits: ReadonlyMap<string, string>
  /** What was in those files when a process went into the group, by process. */
  readonly limitsAtEntry: ReadonlyMap<number, ReadonlyMap<string, string>>
}

/** @throws Error that says which step was refused, and why */
export function afterwards(tree: Tree, steps: readonly Step[]): After {
  const groups = new Map(Object.entries(tree.groups))
  const limits = new Map<string, string>()
  const limitsAtEntry = new Map<number, ReadonlyMap<string, string>>()
  const isExempt = (path: string) => path === '' && tree.isWholeSystem
  const given = (path: string) => (path === '' ? tree.controllers : groups.get(above(path))!.handsDown)

  function make(path: string): void {
    if (groups.has(path)) throw new Error(`EEXIST: the group ${named(path)} is there already`)
    if (!groups.has(above(path))) throw new Error(`ENOENT: there is no group above ${named(path)} yet`)
    groups.set(path, { processes: [], handsDown: [] })
  }

  function handDown(path: string, value: string): void {
    const group = groups.get(path)!
    const names = value.split(' ').map((word) => {
      if (!/^\+\w+$/.test(word)) throw new Error(`EINVAL: "${value}" should be as +memory or +memory +pids`)
      return word.slice(1)
    })
    const missing = names.find((name) => !given(path).includes(name))
    if (missing) throw new Error(`ENOENT: ${named(path)} cannot hand down ${missing}, it was not given it`)
    if (group.processes.length > 0 && !isExempt(path)) {
      throw new Error(
        `EBUSY: ${named(path)} hands down ${value} while it holds ${group.processes.join(', ')}`,
      )
    }
    groups.set(path, { ...group, handsDown: [...new Set([...group.handsDown, ...names])] })
  }

  function enter(path: string, value: string): void {
    const from = [...groups].find(([, { processes }]) => processes.some((pid) => String(pid) === value))
    if (!from) throw new Error(`ESRCH: there is no process "${value}"`)
    if (isKernelThread(value))
      throw new Error(`EINVAL: process ${value} is the kernel’s own, and stays at the top`)
    if (groups.get(path)!.handsDown.length > 0 && !isExempt(path))
      throw new Error(`EBUSY: ${named(path)} hands controllers down, so process ${value} cannot go into it`)
    const pid = Number(value)
    groups.set(from[0], { ...from[1], processes: from[1].processes.filter((one) => one !== pid) })
    const into = groups.get(path)!
    groups.set(path, { ...into, processes: [...into.processes, pid] })
    limitsAtEntry.set(pid, new Map(limits))
  }

  function write(file: string, value: string): void {
    const slash = file.lastIndexOf('/')
    const [path, name] = [file.slice(0, Math.max(slash, 0)), file.slice(slash + 1)]
    if (!groups.has(path))
      throw new Error(`ENOENT: ${file} is written, and the group ${named(path)} is not there yet`)
    if (name === 'cgroup.subtree_control') handDown(path, value)
    else if (name === 'cgroup.procs') enter(path, value)
    else limit(file, path, value)
  }

  function limit(file: string, path: string, value: string): void {
    const controller = file.slice(file.lastIndexOf('/') + 1).split('.')[0]!
    if (path === '' || !given(path).includes(controller))
      throw new Error(
        `ENOENT: there is no ${file}, for ${named(above(path))} does not hand down ${controller}`,
      )
    limits.set(file, value)
  }

  for (const step of steps) {
    if ('make' in step) make(step.make)
    else write(step.write, step.value)
  }
  return { groups, limits, limitsAtEntry }
}

/** kthreadd, and what it starts: on the real top, writing their number into another group is EINVAL. */
const isKernelThread = (pid: string) => pid === '2'

const above = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 0))
const named = (path: string) => (path === '' ? 'the top' : path)
