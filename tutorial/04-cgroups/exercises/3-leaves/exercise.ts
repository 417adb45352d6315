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
  // TODO: from the top down, for each group on the way: move its processes away if need be, hand down, make the next.
  // TODO: then the limits, and at last the process.
  throw new Error('TODO: stepsTo does not plan anything yet')
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
