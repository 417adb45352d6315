// Entering namespaces that are there already: those of a running container, or those that a path names.
// Changes only the process (or the thread) that makes the calls; it leaves again with a setns(2) back, or by
// its end. setns(2), pidfd_open(2), namespaces(7)

import { readdirSync, readlinkSync } from 'node:fs'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close, openat } from '../syscall/file.ts'
import { setns } from '../syscall/process.ts'
import { type Fd, type Step, stepsOf } from '../syscall/syscall.ts'
import { kindOf, kinds, type NamespaceType, namespaceFlags } from './kinds.ts'

const step = stepsOf(3)

/**
 * The steps with which a new process enters the namespaces of the process behind `pidfd`: one call for all, so
 * that it enters all or none (Linux 5.8). The process must be alone in its thread group and must not share its
 * directories with another (no CLONE_FS): a child of clone() is both.
 *
 * The PID namespace is not among them, for setns(2) enters it only for children born later: see `inPidNamespace`.
 */
export function joinSteps(pidfd: Fd, types: readonly NamespaceType[]): Step[] {
  const flags = namespaceFlags(types.filter((type) => type !== 'pid'))
  if (flags === 0) return []
  return step('enter the namespaces of the container, all of them at once', setns(pidfd, flags))
}

/** A namespace that a file refers to, as /proc/PID/ns/net or a bind mount of it. OCI runtime spec, `linux.namespaces` */
export interface NamespacePath {
  readonly type: NamespaceType
  readonly path: string
}

/**
 * The steps with which a new process enters namespaces by their paths. All are opened first: in another mount
 * namespace the paths may be gone. As root the user namespace comes last, for root has every right until then; an
 * ordinary user gets the right to enter the others only from it, so there it comes first.
 */
export function joinPathSteps(namespaces: readonly NamespacePath[], { root = true } = {}): Step[] {
  const files = namespaces
    .filter(({ type }) => type !== 'pid')
    .map(({ type, path }) => ({ type, open: openat(C.AT_FDCWD, path, C.O_RDONLY | C.O_CLOEXEC) }))
  const last = root ? 'user' : 'mount'
  const rank = (type: NamespaceType) => (type === last ? 2 : type === 'user' ? 0 : 1)
  const ordered = files.toSorted((a, b) => rank(a.type) - rank(b.type))
  return [
    ...files.flatMap(({ type, open }) => step(`find the ${type} namespace that was asked for`, open)),
    ...ordered.flatMap(({ type, open }) =>
      step(`enter the ${type} namespace`, setns(open, kindOf(type).flag)),
    ),
  ]
}

/**
 * Do `work` with this thread's children being born in the PID namespace of `target` (a pidfd, or the descriptor of
 * a PID namespace), and come back, also when `work` throws. `work` must be synchronous: until it is done this
 * thread can start no other thread.
 */
export function inPidNamespace<T>(target: Fd, work: () => T): T {
  const own = call(openat(C.AT_FDCWD, '/proc/self/ns/pid', C.O_RDONLY | C.O_CLOEXEC))
  try {
    call(setns(target, C.CLONE_NEWPID))
    try {
      return work()
    } finally {
      call(setns(own, C.CLONE_NEWPID))
    }
  } finally {
    call(close(own))
  }
}

/**
 * The kinds in which the process `pid` is elsewhere than this one: those worth joining. To enter the user
 * namespace that one is in is an error, and to enter the other kinds again is useless.
 * @throws Error (ENOENT) if there is no such process
 */
export function differingNamespaces(pid: number): NamespaceType[] {
  const known = readdirSync('/proc/self/ns')
  const identity = (of: number | 'self', file: string) => readlinkSync(`/proc/${of}/ns/${file}`)
  return kinds
    .filter(({ file }) => known.includes(file) && identity(pid, file) !== identity('self', file))
    .map(({ type }) => type)
}
