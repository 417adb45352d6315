// Exercise 09-3: find what is wrong with a list of calls, without running any of them.

import * as C from '../../../../src/syscall/constants.ts'
import { plainValue, type Syscall } from '../../../../src/syscall/syscall.ts'

export type Fault = 'not private' | 'old path' | 'late group' | 'no rights' | 'forgotten wish' | 'no program'

/** The calls of a container’s process that need the rights of root. */
const needsRights = [
  'mount',
  'move_mount',
  'umount2',
  'pivot_root',
  'mknodat',
  'sethostname',
  'unshare',
  'setns',
]

/**
 * @param calls what a new process makes, in order
 * @param hostPaths directories of the host
 * @returns each fault once, in any order
 */
export function faultsOf(calls: readonly Syscall[], hostPaths: readonly string[]): Fault[] {
  // TODO: ask a question for each fault. Most of them are: does a call like this stand after a call like that?
  throw new Error('TODO: faultsOf has not read the list yet')
}

/** The plain text or number that a call has at a place: `argument(call, 1)` of a mount is its target. */
export function argument(call: Syscall, place: number): unknown {
  const arg = call.args[place]
  return arg === undefined ? undefined : plainValue(arg)
}

/** Does it have this flag there? `hasFlag(call, 3, C.MS_PRIVATE)` */
export function hasFlag(call: Syscall, place: number, flag: number): boolean {
  return (Number(argument(call, place)) & flag) === flag
}
