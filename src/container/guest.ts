// How a program gets into a container that runs, when what runs there may be hostile.
//
// A process that is seen in the container can be looked into by who has CAP_SYS_PTRACE there, and for a moment before its
// execve(2) a new process of ours has our memory and our program file: whoever got hold of these would be root on the host
// (CVE-2016-9962, CVE-2019-5736). So nothing of ours is ever seen there. The process that prepares everything is not in
// the container's PID namespace. It becomes a program of a few hundred bytes, which lies in a sealed file in memory and
// knows only what the container's program will know, and that has a child in there: the guest.
//
// The guest is our child (CLONE_PARENT), so that we learn of its end. What becomes of it is written into a pipe, eight bytes
// each time: by its maker, the number of the guest; by the guest, 0, then `ready`, then the error of each execve that failed.

import { readFileSync, readSync } from 'node:fs'
import { closeAllBut } from '../syscall/child-calls.ts'
import * as C from '../syscall/constants.ts'
import { SyscallError } from '../syscall/error.ts'
import { fcntl, ioctl, write } from '../syscall/file.ts'
import { arch } from '../syscall/numbers.ts'
import { failedExec, type Outcome, trying } from '../syscall/outcome.ts'
import { exit_group, prctl, setsid } from '../syscall/process.ts'
import { programOf } from '../syscall/program.ts'
import { programFile } from '../syscall/program-file.ts'
import { flags, named, type Step, type Syscall, stepsOf, syscall } from '../syscall/syscall.ts'
import { notMade } from '../syscall/table.ts'
import { observed, report } from '../syscall/trace.ts'
import { waitNow } from '../syscall/wait.ts'
import { ENGINE_FAILED, NOT_FOUND, UserError } from './user-error.ts'

export interface Guest {
  /** Where it says what becomes of it. */
  readonly pipe: number
  /** Open files `cgroup.procs` of the groups that it shall be in. */
  readonly groups: readonly number[]
  readonly terminal: boolean
  /** It goes on when we end. */
  readonly outlives: boolean
  /** What a policy of the host is to hold for the program. */
  readonly policy: readonly Step[]
  /** What comes last before the program: a filter, if that is to be set at the very end. */
  readonly last: readonly Step[]
  /** The places to try the program in. */
  readonly execs: readonly Syscall[]
}

const step = stepsOf(9)

/** A number that no call returns. */
export const ready = -70_000
export const readyWord = new Uint8Array(new BigInt64Array([BigInt(ready)]).buffer)

/** Write the result of an earlier call into the pipe. */
export function tell(pipe: number, earlier: Syscall): Syscall {
  return syscall('write', pipe, { resultOf: earlier }, 8)
}

/** The calls of the program in memory. Its first one returns twice: in its maker, and as 0 in the guest. */
export function guestSteps({ pipe, groups, terminal, outlives, policy, last, execs }: Guest): Step[] {
  const born = trying(syscall('clone', flags('CLONE_', C.CLONE_PARENT), 0, 0, 0, 0))
  const tries = execs.map(trying)
  return [
    ...step('no one may look into this program, or into its child', prctl(C.PR_SET_DUMPABLE, 0)),
    ...step('the guest is born, as a child of gocker itself', born, tell(pipe, born)),
    ...step(
      'who has a child has done its work: for this call, only 0 of these numbers is right',
      syscall('rt_sigprocmask', born, named('[]', new Uint8Array(8)), 0, 8),
    ),
    ...step('go into the control groups', ...groups.map((fd) => write(fd, '0'))),
    ...step('a session of its own, without the terminal of whoever started it', setsid()),
    ...(terminal ? step('the terminal that its Ctrl-C comes from', ioctl(0, C.TIOCSCTTY, 0)) : []),
    ...(outlives ? [] : step('if the engine dies, so does the guest', prctl(C.PR_SET_PDEATHSIG, C.SIGKILL))),
    ...policy,
    ...step('all is ready; an error would say that the engine is dead already', write(pipe, readyWord)),
    ...step('the program gets 0, 1 and 2', fcntl(pipe, C.F_SETFD, C.FD_CLOEXEC), ...closeAllBut([pipe])),
    ...last,
    ...step('become the program', ...tries),
    ...step('it was found in none of these places: say why', ...tries.map((one) => tell(pipe, one))),
    ...step('', exit_group(NOT_FOUND)),
  ]
}

/** The program in memory, open. @throws UserError where such programs are forbidden */
export function openGuest(steps: readonly Step[]): number {
  try {
    return programFile(
      guestName,
      programOf(
        steps.map(({ call }) => call),
        arch,
      ),
    )
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EACCES') throw error
    throw new UserError(
      'exec needs a program in memory, and this host forbids them: vm.memfd_noexec is 2.\nsysctl vm.memfd_noexec=1 allows those that say that they are programs.',
      ENGINE_FAILED,
    )
  }
}

/** As the container sees it until it is the program. */
export const guestName = 'gocker-guest'

/**
 * Wait until the guest has become its program.
 * @param said our end of its pipe; the other one must be closed here
 * @returns its process id
 * @throws SyscallError that names the call which failed; no process is left then
 */
export function whenProgram(said: number, maker: number, steps: readonly Step[]): number {
  const words = wordsFrom(said)
  waitNow(maker)
  const at = words.indexOf(ready)
  const guest = words.find((one) => one > 0)
  const calls = steps.map(({ call }) => call)
  // the container's own words can be among them: it may be allowed to look into the guest
  if (guest === undefined || !isOurChild(guest)) throw failure(calls[1]!, words.find((one) => one < 0) ?? 0)
  if (at === -1) {
    waitNow(guest)
    throw new UserError(
      'The container ended, or killed the new process before it was a program.',
      ENGINE_FAILED,
    )
  }
  const execs = calls.filter(({ name }) => name === 'execve')
  const errors = words.slice(at + 1).filter((one) => one < 0 && one !== ready)
  const made: Outcome[] = execs.map((call, i) => ({ call, result: errors[i] ?? notMade }))
  if (observed()) for (const one of made) if (one.result !== notMade) report({ pid: guest, ...one })
  const failed = failedExec(made)
  if (!failed) {
    if (observed() && execs.length === 1) report({ pid: guest, call: execs[0]!, result: 0 })
    return guest
  }
  waitNow(guest)
  throw failure(failed.call, failed.result)
}

function failure(call: Syscall, result: number): SyscallError {
  return new SyscallError(call, result < 0 ? -result : 0, 'the child')
}

/** Until the end of the file: the guest has become its program, or has ended. */
export function wordsFrom(fd: number): number[] {
  const words: number[] = []
  const one = Buffer.alloc(8)
  while (readSync(fd, one) === 8) words.push(Number(one.readBigInt64LE()))
  return words
}

/** proc_pid_stat(5), ppid */
function isOurChild(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === process.pid
  } catch {
    return false
  }
}
