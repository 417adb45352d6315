// A further program in a running container: it joins all of its namespaces and its cgroup, and gets its environment
// and its rights. Whatever cannot be joined ends it with an error; nothing of it ever runs half inside.

import { closeSync } from 'node:fs'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { differingNamespaces, inPidNamespace, joinSteps } from '../namespaces/join.ts'
import type { NamespaceType } from '../namespaces/kinds.ts'
import { readInside } from '../rootfs/read-inside.ts'
import { type Capability, processCapabilities } from '../security/capabilities.ts'
import { resolveUser } from '../security/users.ts'
import { call } from '../syscall/call.ts'
import { clone } from '../syscall/clone.ts'
import * as C from '../syscall/constants.ts'
import { pidfd_open, prctl } from '../syscall/process.ts'
import { type Fd, type Step, stepsOf } from '../syscall/syscall.ts'
import { explainExec } from './exec-error.ts'
import type { Launched } from './launch.ts'
import { processSteps } from './plan.ts'
import { isAlive } from './process-info.ts'
import type { Process, Spec } from './spec.ts'
import type { State } from './state.ts'
import { noStdio, prepareStdio, type Stdio } from './stdio.ts'
import { openTerminalIn, type WindowSize } from './terminal.ts'
import { UserError } from './user-error.ts'

export interface ExecOptions {
  readonly args: readonly string[]
  readonly interactive: boolean
  readonly tty: boolean
  readonly env: readonly string[]
  readonly workdir: string | undefined
  readonly user: string | undefined
}

/** The list of calls of a program that joins a container. Pure. */
export function execPlan(
  process: Process,
  pidfd: Fd,
  namespaces: readonly NamespaceType[],
  hierarchy: Hierarchy,
  cgroup: string,
  stdio: readonly [Fd, Fd, Fd],
  pipes: readonly (0 | 1 | 2)[],
): Step[] {
  return [
    ...hiddenSteps(),
    // while the host's cgroup files can still be seen
    ...hierarchy.joinSteps(cgroup),
    ...joinSteps(pidfd, namespaces),
    ...processSteps(process, { stdio, pipes }, false),
  ]
}

/**
 * Until execve the new process is a guest with our memory and our program (CLONE_VM), and from clone on the container
 * sees it. Once it has no more rights than the container's root, that root could write into our memory, out there on
 * the host, and open our program as /proc/PID/exe (CVE-2016-9962, CVE-2019-5736): unless it may not be dumped. This
 * holds for us too, as the memory is one. The program that execve starts has its own again. PR_SET_DUMPABLE(2const)
 */
function hiddenSteps(): Step[] {
  return stepsOf(9)('let no one in the container look into this process', prctl(C.PR_SET_DUMPABLE, 0))
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
  const terminal = options.tty ? openTerminalIn(pid, size) : undefined
  if (terminal) opened.defer(() => closeSync(terminal.slave))
  const process = processOf(pid, spec, options)
  const stdio = options.tty ? noStdio : prepareStdio(options.interactive, process.user.uid)
  const ends: readonly [Fd, Fd, Fd] = terminal ? [terminal.slave, terminal.slave, terminal.slave] : stdio.ends
  const namespaces = differingNamespaces(pid)
  const steps = execPlan(process, pidfd, namespaces, hierarchy, state.cgroup, ends, stdio.pipes)
  const start = () =>
    clone(
      0,
      steps.map((step) => step.call),
    )
  try {
    const child = namespaces.includes('pid') ? inPidNamespace(pidfd, start) : start()
    return { pid: child, master: terminal?.master, stdio }
  } catch (error) {
    if (terminal) closeSync(terminal.master)
    throw explainExec(error, options.args[0]!, steps)
  }
}

/** The container's own process, with what this one does differently. */
function processOf(pid: number, spec: Spec, options: ExecOptions): Process {
  const { process } = spec
  const asked =
    options.user === undefined
      ? undefined
      : resolveUser(options.user, fileOf(pid, 'etc/passwd'), fileOf(pid, 'etc/group'))
  const user = asked ?? process.user
  return {
    ...process,
    terminal: options.tty,
    args: options.args,
    env: environment(process.env, options, asked?.home),
    cwd: options.workdir ?? process.cwd,
    user,
    capabilities: processCapabilities((process.capabilities.bounding ?? []) as Capability[], user.uid),
  }
}

function environment(container: readonly string[], options: ExecOptions, home: string | undefined): string[] {
  const variables = new Map<string, string>()
  const set = (text: string) =>
    void variables.set(text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1))
  for (const text of container) set(text)
  if (home !== undefined) set(`HOME=${home}`)
  if (options.tty) set('TERM=xterm')
  for (const text of options.env) if (text.includes('=')) set(text)
  return [...variables].map(([key, value]) => `${key}=${value}`)
}

const longestUserFile = 10 * 2 ** 20

function fileOf(pid: number, path: string): string | undefined {
  return readInside(`/proc/${pid}/root`, path, longestUserFile)?.toString('utf8')
}
