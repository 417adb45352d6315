// Exercise 04-3: make room for a limit, where processes already are.

export interface Group {
  /** Those in the group itself, not those in groups below. */
  readonly processes: readonly number[]
  /** What it has in cgroup.subtree_control: `memory`, `pids` … */
  readonly handsDown: readonly string[]
}

export interface Tree {
  /** What is in cgroup.controllers of the top. */
  readonly controllers: readonly string[]
  /** Is its top that of the whole system? In a container it is not. */
  readonly isWholeSystem: boolean
  /** By path; the top is ''. */
  readonly groups: Readonly<Record<string, Group>>
}

export type Step = { readonly make: string } | { readonly write: string; readonly value: string }

/**
 * @param path of the new group, below the top: `shop/alice`. It is not there yet; those above it may be
 * @param limits the files of the new group, as `{ 'pids.max': '20' }`
 * @param process that is to be in it; it may be anywhere in the tree
 */
export function stepsTo(
  tree: Tree,
  path: string,
  limits: Readonly<Record<string, string>>,
  process: number,
): Step[] {
  const needed = [...new Set(Object.keys(limits).map((file) => file.split('.')[0]!))]
  const lost = needed.find((controller) => !tree.controllers.includes(controller))
  if (lost !== undefined) throw new Error(`there is no controller ${lost} here, so its limit could not hold`)
  return [
    ...above(path).flatMap((group): Step[] => [
      ...(tree.groups[group] ? leave(tree, group) : [{ make: group }]),
      { write: at(group, 'cgroup.subtree_control'), value: needed.map((name) => `+${name}`).join(' ') },
    ]),
    { make: path },
    ...Object.entries(limits).map(([file, value]) => ({ write: at(path, file), value })),
    { write: at(path, 'cgroup.procs'), value: String(process) },
  ]
}

/** Everyone in a group goes one level down, unless they may stay. */
function leave(tree: Tree, group: string): Step[] {
  const { processes } = tree.groups[group]!
  if (processes.length === 0 || (group === '' && tree.isWholeSystem)) return []
  const leaf = at(group, 'init')
  return [
    ...(tree.groups[leaf] ? [] : [{ make: leaf }]),
    ...processes.map((pid) => ({ write: at(leaf, 'cgroup.procs'), value: String(pid) })),
  ]
}

/** The groups on the way to a path, from the top: `a/b/c` → ``, `a`, `a/b`. */
export function above(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, i) => parts.slice(0, i).join('/'))
}

/** A file or a group below another: `at('', 'shop')` → `shop`. */
export function at(group: string, name: string): string {
  return group === '' ? name : `${group}/${name}`
}
