// Exercise 03-2: which processes share which namespaces?

import { kinds, type NamespaceType } from '../../../../src/namespaces/kinds.ts'

/** What the links in /proc/PID/ns read, by the name of the file: `{ net: 'net:[4026531840]', … }`. */
export type Links = Readonly<Record<string, string>>

/** The kinds in which the two processes use different namespaces. */
export function apart(one: Links, other: Links): NamespaceType[] {
  // TODO: each kind of `kinds` has a file; compare what the two links read.
  throw new Error('TODO: apart does not compare any links yet')
}

/** The flags of the setns(2) with which the process `mine` enters all namespaces of `theirs` that a call can enter. */
export function flagsToJoin(mine: Links, theirs: Links): number {
  // TODO: the flags of all kinds that differ, but for the one that only children can enter.
  throw new Error('TODO: flagsToJoin does not name any flags yet')
}

/**
 * Groups of processes that share everything with each other.
 * @param processes by their ids
 * @returns the ids of each group
 */
export function containers(processes: ReadonlyMap<number, Links>): number[][] {
  // TODO: put each process to the group with whose first one it shares all, or begin a new group.
  throw new Error('TODO: containers does not find any groups yet')
}
