// From a plan to a process: the only place where a container comes into being.
//
// First the parent does what only it can: the cgroup, the network, the sources of bind mounts, the terminal. All of
// these but the cgroup go with the descriptors that hold them. Then the child makes the plan's list. If anything
// fails, what was made is released in reverse.

import { closeSync, fstatSync, openSync } from 'node:fs'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import type { Held } from '../namespaces/owned.ts'
import type { Overlay } from '../overlay/mount.ts'
import { bindSource, isBind, sealSource } from '../rootfs/mounts.ts'
import { clone } from '../syscall/clone.ts'
import { perform } from '../syscall/perform.ts'
import { type Step, type Syscall, stepsOf } from '../syscall/syscall.ts'
import { explainExec } from './exec-error.ts'
import { openInit, wantsInit } from './init.ts'
import { checkProfile } from './machine.ts'
import { plan } from './plan.ts'
import { withOomScore } from './process-limits.ts'
import { policySteps, programCalls } from './program-steps.ts'
import { checkFilter, keptFilter } from './seccomp-filter.ts'
import type { Process, Spec } from './spec.ts'
import { viaStarter } from './starter.ts'
import type { Stdio } from './stdio.ts'
import { terminalSteps, type WindowSize } from './terminal.ts'
import { outsideOf } from './user-namespace.ts'

export interface Launched {
  readonly pid: number
  /** Our end of the container's terminal, if it has one. */
  readonly master: number | undefined
}

export interface LaunchOptions {
  readonly spec: Spec
  readonly overlay: Overlay
  readonly hierarchy: Hierarchy
  /** Its network namespace; without one the container uses the host's network. */
  readonly netns: number | undefined
  /** The user namespace, and what belongs to it; without one the container's root is the host's. */
  readonly users?: Held | undefined
  readonly stdio: Stdio
  /** With a terminal: its size at the beginning. */
  readonly windowSize: WindowSize
}

/**
 * Start the container's first process. Its cgroup must be there.
 * @throws UserError if the program cannot be started, SyscallError for every other call that failed
 */
export function launch({
  spec,
  overlay,
  hierarchy,
  netns,
  users,
  stdio,
  windowSize,
}: LaunchOptions): Launched {
  checkProfile(spec.process)
  using opened = new DisposableStack()
  const keep = (fd: number) => {
    opened.defer(() => closeSync(fd))
    return fd
  }
  const sources = bindSteps(spec)
  const treeOf = perform(sources.steps)
  const binds = new Map([...sources.trees].map(([destination, tree]) => [destination, keep(treeOf(tree))]))
  const terminal = spec.process.terminal ? openTerminal(windowSize, ttyGroupOf(spec)) : undefined
  if (terminal) [terminal.devpts, terminal.slave].forEach(keep)
  const { seccomp } = spec.linux
  const policyAt = hasPolicy(spec.process) && !wantsInit(spec) ? keep(openSync('/dev/null', 'r')) : undefined
  const filter = seccomp && keptFilter(seccomp)
  const { flags, steps } = plan(spec, overlay, hierarchy, {
    ...(filter === undefined ? {} : { filter }),
    ...(netns === undefined ? {} : { netns }),
    ...(users === undefined ? {} : { users }),
    ...(terminal === undefined ? {} : { devpts: terminal.devpts }),
    ...(policyAt === undefined ? {} : { policyAt }),
    ...(wantsInit(spec) ? { init: keep(openInit(spec.process, programCalls(spec.process))) } : {}),
    binds,
    files: new Set([...binds].filter(([, tree]) => !fstatSync(tree).isDirectory()).map(([at]) => at)),
    stdio: terminal ? [terminal.slave, terminal.slave, terminal.slave] : stdio.ends,
    pipes: stdio.pipes,
  })
  try {
    if (seccomp && filter) checkFilter(seccomp, filter, steps)
    const starter = viaStarter(
      steps.map(({ call }) => call),
      policyAt === undefined
        ? undefined
        : { proc: policyAt, calls: policySteps(spec.process, policyAt).map(({ call }) => call) },
    )
    opened.defer(starter.close)
    const pid = withOomScore(spec.process.oomScoreAdj, () =>
      clone(flags, starter.calls, { keep: starter.keep }),
    )
    starter.whenProgram(pid)
    return { pid, master: terminal?.master }
  } catch (error) {
    if (terminal) closeSync(terminal.master)
    throw explainExec(error, spec.process.args[0]!, spec.process.cwd, steps)
  }
}

const hasPolicy = ({ apparmorProfile, selinuxLabel }: Process) =>
  apparmorProfile !== undefined || selinuxLabel !== undefined

function openTerminal(size: WindowSize, group: number) {
  const { steps, devpts, master, slave } = terminalSteps(size, group)
  const resultOf = perform(steps)
  return { devpts: resultOf(devpts), master: resultOf(master), slave: resultOf(slave) }
}

/** Group 5 is `tty` in every distribution; on the host it has another number. */
export function ttyGroupOf(spec: Spec): number {
  return outsideOf(spec, { uid: 0, gid: 5 }).gid
}

/** Take hold of what is to be bind-mounted, before the root changes. The calls by destination. */
export function bindSteps(spec: Spec): { steps: Step[]; trees: ReadonlyMap<string, Syscall> } {
  const mounts = new Map(spec.mounts.map((mount) => [mount.destination, mount]))
  const seals = (destination: string, tree: Syscall) => sealSource(mounts.get(destination)!, tree)
  const trees = new Map(spec.mounts.filter(isBind).map((mount) => [mount.destination, bindSource(mount)]))
  const steps = [...trees].flatMap(([destination, tree]) =>
    stepsOf(2)(`take hold of what will be ${destination}`, tree, ...seals(destination, tree)),
  )
  return { steps, trees }
}
