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
  const found: Record<Fault, boolean> = {
    'not private': !isPrivateFirst(calls),
    'old path': after(calls, is('pivot_root')).some((call) => usesPath(call, hostPaths)),
    'late group': after(calls, makesCgroupNamespace).some(entersGroup),
    'no rights': after(calls, is('capset')).some(is(...needsRights)),
    'forgotten wish': after(calls, wishesToDie).some(is('setresuid', 'setresgid')),
    'no program': !calls.some(is('execve')) || after(calls, is('execve')).some((call) => !is('execve')(call)),
  }
  return (Object.keys(found) as Fault[]).filter((fault) => found[fault])
}

type Question = (call: Syscall) => boolean

const is =
  (...names: readonly string[]): Question =>
  ({ name }) =>
    names.includes(name)

/** What stands behind the first call of this kind. */
function after(calls: readonly Syscall[], kind: Question): readonly Syscall[] {
  const at = calls.findIndex(kind)
  return at < 0 ? [] : calls.slice(at + 1)
}

function isPrivateFirst(calls: readonly Syscall[]): boolean {
  const first = calls.find(is('mount', 'move_mount', 'pivot_root'))
  if (first === undefined) return true
  return first.name === 'mount' && argument(first, 1) === '/' && hasFlag(first, 3, C.MS_PRIVATE | C.MS_REC)
}

function usesPath({ args }: Syscall, paths: readonly string[]): boolean {
  return args.map(plainValue).some((value) => {
    if (typeof value !== 'string') return false
    return paths.some((path) => value === path || value.startsWith(`${path}/`))
  })
}

const makesCgroupNamespace: Question = (call) => is('unshare')(call) && hasFlag(call, 0, C.CLONE_NEWCGROUP)

const entersGroup: Question = (call) =>
  is('openat')(call) && /\/(cgroup\.procs|tasks)$/.test(String(argument(call, 1)))

const wishesToDie: Question = (call) => is('prctl')(call) && argument(call, 0) === C.PR_SET_PDEATHSIG

/** The plain text or number that a call has at a place: `argument(call, 1)` of a mount is its target. */
export function argument(call: Syscall, place: number): unknown {
  const arg = call.args[place]
  return arg === undefined ? undefined : plainValue(arg)
}

/** Does it have this flag there? `hasFlag(call, 3, C.MS_PRIVATE)` */
export function hasFlag(call: Syscall, place: number, flag: number): boolean {
  return (Number(argument(call, place)) & flag) === flag
}
