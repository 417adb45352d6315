// From a plan to a process: the only place where a container comes into being.
//
// First the parent does what only it can: the cgroup, the network, the sources of bind mounts, the terminal. All of
// these but the cgroup go with the descriptors that hold them. Then the child makes the plan's list. If anything
// fails, what was made is released in reverse.

import { closeSync } from 'node:fs'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import type { Attachment } from '../network/attach.ts'
import type { Overlay } from '../overlay/mount.ts'
import { bindSource, isBind } from '../rootfs/mounts.ts'
import { clone } from '../syscall/clone.ts'
import { perform } from '../syscall/perform.ts'
import { type Step, type Syscall, stepsOf } from '../syscall/syscall.ts'
import { explainExec } from './exec-error.ts'
import { plan } from './plan.ts'
import type { Spec } from './spec.ts'
import type { Stdio } from './stdio.ts'
import { terminalSteps, type WindowSize } from './terminal.ts'

export interface Launched {
  readonly pid: number
  /** Our end of the container's terminal, if it has one. */
  readonly master: number | undefined
}

export interface LaunchOptions {
  readonly spec: Spec
  readonly overlay: Overlay
  readonly hierarchy: Hierarchy
  /** Without it the container uses the host's network. */
  readonly network: Attachment | undefined
  readonly stdio: Stdio
  /** With a terminal: its size at the beginning. */
  readonly windowSize: WindowSize
}

/**
 * Start the container's first process. Its cgroup must be there.
 * @throws UserError if the program cannot be started, SyscallError for every other call that failed
 */
export function launch({ spec, overlay, hierarchy, network, stdio, windowSize }: LaunchOptions): Launched {
  using opened = new DisposableStack()
  const keep = (fd: number) => {
    opened.defer(() => closeSync(fd))
    return fd
  }
  const sources = bindSteps(spec)
  const treeOf = perform(sources.steps)
  const binds = new Map([...sources.trees].map(([destination, tree]) => [destination, keep(treeOf(tree))]))
  const terminal = spec.process.terminal ? openTerminal(windowSize) : undefined
  if (terminal) [terminal.devpts, terminal.slave].forEach(keep)
  const { flags, steps } = plan(spec, overlay, hierarchy, {
    ...(network === undefined ? {} : { netns: network.netns }),
    ...(terminal === undefined ? {} : { devpts: terminal.devpts }),
    binds,
    stdio: terminal ? [terminal.slave, terminal.slave, terminal.slave] : stdio.ends,
    pipes: stdio.pipes,
  })
  try {
    return {
      pid: clone(
        flags,
        steps.map(({ call }) => call),
      ),
      master: terminal?.master,
    }
  } catch (error) {
    if (terminal) closeSync(terminal.master)
    throw explainExec(error, spec.process.args[0]!, steps)
  }
}

function openTerminal(size: WindowSize) {
  const { steps, devpts, master, slave } = terminalSteps(size)
  const resultOf = perform(steps)
  return { devpts: resultOf(devpts), master: resultOf(master), slave: resultOf(slave) }
}

/** Take hold of what is to be bind-mounted, before the root changes. The calls by destination. */
export function bindSteps(spec: Spec): { steps: Step[]; trees: ReadonlyMap<string, Syscall> } {
  const trees = new Map(spec.mounts.filter(isBind).map((mount) => [mount.destination, bindSource(mount)]))
  const steps = [...trees].flatMap(([destination, tree]) =>
    stepsOf(2)(`take hold of what will be ${destination}`, tree),
  )
  return { steps, trees }
}
