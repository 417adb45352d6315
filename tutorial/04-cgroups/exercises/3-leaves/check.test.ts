import { expect, it } from 'vitest'
import { type Group, stepsTo, type Tree } from './exercise.ts'
import { type After, afterwards } from './kernel.ts'

const controllers = ['cpu', 'memory', 'pids']
const group = (processes: number[] = [], handsDown: string[] = []): Group => ({ processes, handsDown })
const limits = { 'memory.max': '67108864', 'pids.max': '20' }

/** A machine: at the top its first process and the kernel’s own, and a shop with two processes in it. */
const machine: Tree = {
  controllers,
  isWholeSystem: true,
  groups: { '': group([1, 2, 101]), shop: group([7, 8]) },
}
/** Inside a container: the top that one sees is an ordinary group. */
const inside: Tree = { controllers, isWholeSystem: false, groups: { '': group([1, 30, 101]) } }

/** Where each process is, at the beginning and after the plan. */
function places(groups: Iterable<[string, Group]>): Map<number, string> {
  return new Map([...groups].flatMap(([path, { processes }]) => processes.map((pid) => [pid, path] as const)))
}

/** Make the plan, and look at what must be true of each. */
function carriedOut(tree: Tree, path: string, wanted: Readonly<Record<string, string>> = limits): After {
  const after = afterwards(tree, stepsTo(tree, path, wanted, 101))
  expect(places(after.groups).get(101), 'the group in which process 101 is at the end').toBe(path)
  const files = Object.entries(wanted).map(([file, value]) => [`${path}/${file}`, value] as const)
  for (const [file, value] of files) {
    expect(after.limits.get(file), `what ${file} says at the end`).toBe(value)
    expect(after.limitsAtEntry.get(101)?.get(file), `what ${file} said when process 101 went in`).toBe(value)
  }
  expect([...after.limits.keys()].sort(), 'the limits that were set').toEqual(
    files.map(([file]) => file).sort(),
  )
  for (const [pid, before] of places(Object.entries(tree.groups))) {
    const now = places(after.groups).get(pid)!
    const isBelow = before === '' || now === before || now.startsWith(`${before}/`)
    if (pid !== 101 && !isBelow) expect(now, `process ${pid} has left ${before}, and its limits`).toBe(before)
  }
  return after
}

it('an empty way is made, level by level, and handed down', () => {
  carriedOut({ ...machine, groups: { '': group([1, 2, 101]) } }, 'gocker/alice')
  carriedOut({ ...machine, groups: { '': group([1, 2, 101]) } }, 'a/b/c/alice')
})

it('what others have handed down already is no obstacle', () => {
  const groups = { '': group([1, 2, 101], ['pids']), gocker: group([], ['pids']), 'gocker/bob': group([9]) }
  const after = carriedOut({ ...machine, groups }, 'gocker/alice')
  expect(after.groups.get('gocker/bob')?.processes, 'the processes of gocker/bob').toEqual([9])
})

it('who is in the way goes one level down', () => {
  const after = carriedOut(machine, 'shop/alice')
  const where = places(after.groups)
  for (const pid of [7, 8]) {
    expect(where.get(pid), `the group of process ${pid}, which was in shop`).toMatch(/^shop\/./)
    expect(where.get(pid), `process ${pid} must not be under Alice’s limits`).not.toBe('shop/alice')
  }
})

it('at the top of the whole system nobody has to move', () => {
  const after = carriedOut(machine, 'gocker/alice')
  expect(after.groups.get('')?.processes, 'the processes at the top').toEqual([1, 2])
})

it('in a container, the top is a group like any other', () => {
  const after = carriedOut(inside, 'gocker/alice')
  expect(after.groups.get('')?.processes, 'the processes at the top').toEqual([])
})

it('the process may be one of those that are in the way', () => {
  carriedOut({ ...machine, groups: { '': group([1, 2]), shop: group([7, 101, 8]) } }, 'shop/alice')
})

it('several groups on the way may have to be emptied', () => {
  const groups = { '': group([1]), shop: group([7, 101]), 'shop/till': group([8, 9]) }
  carriedOut({ ...inside, groups }, 'shop/till/alice')
})

it('one who came before has made room already', () => {
  const groups = { '': group([1, 2, 101]), shop: group([7]), 'shop/init': group([8]) }
  const after = carriedOut({ ...machine, groups }, 'shop/alice')
  expect(places(after.groups).get(8), 'the group of process 8, which had moved before').toMatch(/^shop\/./)
})

it('only what is limited needs its controller', () => {
  carriedOut({ ...machine, controllers: ['pids'] }, 'shop/alice', { 'pids.max': '20' })
})

it('a limit that could not hold is an error', () => {
  const tree = { ...machine, controllers: ['cpu', 'pids'] }
  expect(() => stepsTo(tree, 'shop/alice', limits, 101), 'this tree has no controller for memory').toThrow(
    /^(?!TODO)./,
  )
})
