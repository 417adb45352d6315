// The eight kinds of namespace. A namespace is a private copy of one list that the kernel otherwise keeps once
// for the whole machine. Nothing here touches the system. namespaces(7)

import * as C from '../syscall/constants.ts'

/** A kind of namespace, by the name that the OCI runtime specification gives it. */
export type NamespaceType = 'mount' | 'uts' | 'ipc' | 'pid' | 'network' | 'cgroup' | 'user' | 'time'

export interface Kind {
  readonly type: NamespaceType
  /** The flag of clone(2), unshare(2) and setns(2). */
  readonly flag: number
  /** Its file in /proc/PID/ns: two processes share the namespace if the links there are equal. */
  readonly file: string
  /** What a process in a namespace of its own no longer sees. */
  readonly hides: string
  /** The Linux that had it first in full. */
  readonly since: string
}

export const kinds: readonly Kind[] = [
  {
    type: 'mount',
    flag: C.CLONE_NEWNS,
    file: 'mnt',
    hides: 'what is mounted where',
    since: '2.4.19',
  },
  {
    type: 'uts',
    flag: C.CLONE_NEWUTS,
    file: 'uts',
    hides: 'the name of the machine',
    since: '2.6.19',
  },
  {
    type: 'ipc',
    flag: C.CLONE_NEWIPC,
    file: 'ipc',
    hides: 'System V message queues, semaphores and shared memory, and POSIX message queues',
    since: '2.6.30',
  },
  {
    type: 'pid',
    flag: C.CLONE_NEWPID,
    file: 'pid',
    hides: 'all processes but its own, which are counted from 1 again',
    since: '2.6.24',
  },
  {
    type: 'network',
    flag: C.CLONE_NEWNET,
    file: 'net',
    hides: 'network links, addresses, routes, firewall rules and open ports',
    since: '2.6.29',
  },
  {
    type: 'cgroup',
    flag: C.CLONE_NEWCGROUP,
    file: 'cgroup',
    hides: 'where in the tree of control groups it is: its own place is called /',
    since: '4.6',
  },
  {
    type: 'user',
    flag: C.CLONE_NEWUSER,
    file: 'user',
    hides: 'who it is outside: user 0 inside may be anyone there',
    since: '3.8',
  },
  {
    type: 'time',
    flag: C.CLONE_NEWTIME,
    file: 'time',
    hides: 'how long the machine has been running',
    since: '5.6',
  },
]

/** The kind with this name. */
export function kindOf(type: NamespaceType): Kind {
  const kind = kinds.find((k) => k.type === type)
  if (!kind)
    throw new Error(`There is no namespace "${type}". There are: ${kinds.map((k) => k.type).join(', ')}`)
  return kind
}

/** The flag of one kind. */
export function flagOf(type: NamespaceType): number {
  return kindOf(type).flag
}

/** The flags for unshare(2) or setns(2). */
export function namespaceFlags(types: readonly NamespaceType[]): number {
  return types.reduce((all, type) => all | kindOf(type).flag, 0)
}

/**
 * The flags for clone(2). The time namespace is left out: its flag lies among the bits where clone(2) has the
 * signal of the child's end: there it takes an unshare(2) by the child, and acts from execve(2) on.
 */
export function cloneFlags(types: readonly NamespaceType[]): number {
  return namespaceFlags(types.filter((type) => type !== 'time'))
}
