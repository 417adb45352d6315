// Exercise 03-2: which processes share which namespaces?

import { kinds, type NamespaceType } from '../../../../src/namespaces/kinds.ts'

/** What the links in /proc/PID/ns read, by the name of the file: `{ net: 'net:[4026531840]', … }`. */
export type Links = Readonly<Record<string, string>>

/** The kinds in which the two processes use different namespaces. */
export function apart(one: Links, other: Links): NamespaceType[] {
  return kinds.filter(({ file }) => one[file] !== other[file]).map(({ type }) => type)
}

/** The flags of the setns(2) with which the process `mine` enters all namespaces of `theirs` that a call can enter. */
export function flagsToJoin(mine: Links, theirs: Links): number {
  const types = apart(mine, theirs)
  return kinds
    .filter(({ type }) => type !== 'pid' && types.includes(type))
    .reduce((flags, { flag }) => flags | flag, 0)
}

/**
 * Groups of processes that share everything with each other.
 * @param processes by their ids
 * @returns the ids of each group
 */
export function containers(processes: ReadonlyMap<number, Links>): number[][] {
  const groups: { links: Links; pids: number[] }[] = []
  for (const [pid, links] of processes) {
    const group = groups.find((one) => apart(one.links, links).length === 0)
    if (group) group.pids.push(pid)
    else groups.push({ links, pids: [pid] })
  }
  return groups.map(({ pids }) => pids)
}
