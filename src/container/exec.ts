// A further program in a running container: it joins all of its namespaces and its cgroup, and gets its environment
// and its rights. Whatever cannot be joined ends it with an error; nothing of it ever runs half inside.

import { closeSync } from 'node:fs'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { differingNamespaces, joinSteps } from '../namespaces/join.ts'
import type { NamespaceType } from '../namespaces/kinds.ts'
import { readInside } from '../rootfs/read-inside.ts'
import { availableCapabilities, type Capability, processCapabilities } from '../security/capabilities.ts'
import { credentialSteps, keyringSteps, rootInsideSteps } from '../security/credentials.ts'
import { type Filter, installSteps } from '../security/seccomp.ts'
import { resolveUser } from '../security/users.ts'
import { call } from '../syscall/call.ts'
import { clone } from '../syscall/clone.ts'
import * as C from '../syscall/constants.ts'
import { fstatfs, openat } from '../syscall/file.ts'
import { makePipe } from '../syscall/pipe.ts'
import { execveat, pidfd_open, setns } from '../syscall/process.ts'
import { type Fd, type Step, stepsOf } from '../syscall/syscall.ts'
import { furtherEnvironment } from './environment.ts'
import { explainExec } from './exec-error.ts'
import { guestName, guestSteps, openGuest, whenProgram } from './guest.ts'
import type { Launched } from './launch.ts'
import { checkProfile } from './machine.ts'
import { isAlive } from './process-info.ts'
import { withOomScore } from './process-limits.ts'
import {
  directorySteps,
  policySteps,
  programCalls,
  type Streams,
  stdioSteps,
  streamSteps,
} from './program-steps.ts'
import { checkFilter, keptFilter } from './seccomp-filter.ts'
import type { Process, Spec } from './spec.ts'
import type { State } from './state.ts'
import { noStdio, prepareStdio, type Stdio } from './stdio.ts'
import { openTerminalIn, type WindowSize } from './terminal.ts'
import { UserError } from './user-error.ts'
import { outsideOf } from './user-namespace.ts'

export interface ExecOptions {
  readonly args: readonly string[]
  readonly interactive: boolean
  readonly tty: boolean
  readonly env: readonly string[]
  readonly workdir: string | undefined
  readonly user: string | undefined
  /** Instead of our own. */
  readonly stdio?: Stdio
  /** With all rights of root, whatever the container has. */
  readonly privileged?: boolean
  /** It goes on when we end. */
  readonly outlives?: boolean
}

/**
 * The list of calls of the process that prepares a guest, up to the program that the guest comes out of. Pure.
 * @param owner who the guest's user is on the host
 */
export function execPlan(
  process: Process,
  pidfd: Fd,
  namespaces: readonly NamespaceType[],
  streams: Streams,
  guest: Fd,
  filter?: Filter,
  owner = process.user.uid,
): Step[] {
  return [
    ...(process.terminal || owner !== 0 ? streamSteps(streams, process.terminal, owner) : []),
    ...stdioSteps(streams),
    ...(namespaces.includes('pid')
      ? stepsOf(3)(
          'its child, the guest, will be one of the processes of the container',
          setns(pidfd, C.CLONE_NEWPID),
        )
      : []),
    ...joinSteps(pidfd, namespaces),
    ...(namespaces.includes('user') ? rootInsideSteps() : []),
    ...directorySteps(process.cwd, false),
    ...keyringSteps('_ses.gocker'),
    ...credentialSteps({
      ...process.user,
      capabilities: process.capabilities,
      noNewPrivileges: process.noNewPrivileges,
      filter: process.noNewPrivileges ? undefined : filter,
    }),
    ...stepsOf(9)('become the program that the guest comes out of', execveat(guest, [guestName], [])),
  ]
}

/**
 * Start the program in the container of `state`, which must be running.
 * @throws UserError if it is not, or if the program cannot be started
 */
export function execIn(
  state: State,
  spec: Spec,
  hierarchy: Hierarchy,
  options: ExecOptions,
  size: WindowSize,
): Launched & { readonly stdio: Stdio } {
  const pid = state.pid ?? 0
  using opened = new DisposableStack()
  const pidfd = call(pidfd_open(pid))
  opened.defer(() => closeSync(pidfd))
  // with the descriptor in hand, the number can no longer come to mean another process
  if (!isAlive(pid, state.started ?? 0)) throw new UserError(`container ${state.id} is not running`)
  checkProfile(spec.process)
  const terminal = options.tty ? openTerminalIn(pid, size) : undefined
  if (terminal) opened.defer(() => closeSync(terminal.slave))
  const process = processOf(pid, spec, options)
  const owner = outsideOf(spec, process.user).uid
  const stdio = options.stdio ?? (options.tty ? noStdio : prepareStdio(options.interactive, owner))
  const ends: readonly [Fd, Fd, Fd] = terminal ? [terminal.slave, terminal.slave, terminal.slave] : stdio.ends
  const { seccomp } = spec.linux
  const filter = seccomp && keptFilter(seccomp)
  const streams = { stdio: ends, pipes: stdio.pipes }
  const [said, pipe] = makePipe()
  opened.defer(() => closeSync(said))
  const saying = opened.adopt({ fd: pipe }, (end) => end.fd >= 0 && closeSync(end.fd))
  const groups = openGroups(hierarchy, state.cgroup, opened)
  const hasPolicy = process.apparmorProfile !== undefined || process.selinuxLabel !== undefined
  const proc = hasPolicy ? opened.adopt(openProcOf(pid), closeSync) : undefined
  const kept = [pipe, ...groups, ...(proc === undefined ? [] : [proc])]
  const guest = guestSteps({
    pipe,
    groups,
    terminal: options.tty,
    outlives: options.outlives ?? false,
    policy: proc === undefined ? [] : policySteps(process, proc),
    last: filter && process.noNewPrivileges ? installSteps(filter) : [],
    execs: programCalls(process),
  })
  const program = openGuest(guest)
  opened.defer(() => closeSync(program))
  const steps = execPlan(process, pidfd, differingNamespaces(pid), streams, program, filter, owner)
  if (seccomp && filter) checkFilter(seccomp, filter, [...steps, ...guest])
  try {
    const make = () =>
      clone(
        0,
        steps.map((step) => step.call),
        { keep: kept },
      )
    const maker = withOomScore(process.oomScoreAdj, make, true)
    closeSync(pipe)
    saying.fd = -1
    return { pid: whenProgram(said, maker, guest), master: terminal?.master, stdio }
  } catch (error) {
    if (terminal) closeSync(terminal.master)
    throw explainExec(error, options.args[0]!, process.cwd, [...steps, ...guest])
  }
}

/** The /proc of the container, which it may have covered: then nothing is written there. */
function openProcOf(pid: number): number {
  const proc = call(
    openat(C.AT_FDCWD, `/proc/${pid}/root/proc`, C.O_PATH | C.O_DIRECTORY | C.O_NOFOLLOW | C.O_CLOEXEC),
  )
  const kind = Buffer.alloc(120)
  call(fstatfs(proc, kind))
  if (kind.readUInt32LE(0) === C.PROC_SUPER_MAGIC) return proc
  closeSync(proc)
  throw new UserError(
    'What the container has at /proc is not what the kernel shows, so its policy cannot be set.',
  )
}

/** Open what a process writes itself into to be in the control groups: from inside the container they cannot be seen. */
function openGroups(hierarchy: Hierarchy, cgroup: string, opened: DisposableStack): number[] {
  return hierarchy
    .joinSteps(cgroup)
    .filter(({ call: { name } }) => name === 'openat')
    .map(({ call: open }) => opened.adopt(call(open), closeSync))
}

/** The container's own process, with what this one does differently. */
function processOf(pid: number, spec: Spec, options: ExecOptions): Process {
  const { process } = spec
  const asked =
    options.user === undefined
      ? undefined
      : resolveUser(options.user, fileOf(pid, 'etc/passwd'), fileOf(pid, 'etc/group'))
  const user = asked ?? process.user
  const capabilities = options.privileged
    ? availableCapabilities()
    : ((process.capabilities.bounding ?? []) as Capability[])
  return {
    ...process,
    terminal: options.tty,
    args: options.args,
    env: furtherEnvironment(process.env, options, asked?.home),
    cwd: options.workdir ?? process.cwd,
    user,
    capabilities: processCapabilities(capabilities, user.uid),
  }
}

const longestUserFile = 10 * 2 ** 20

function fileOf(pid: number, path: string): string | undefined {
  return readInside(`/proc/${pid}/root`, path, longestUserFile)?.toString('utf8')
}
