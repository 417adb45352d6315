// The whole list of calls that would make a container, in order: what the parent does, the start of the child, what
// the child does. It is made by the same functions that make the calls, and touches nothing.

import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { networkSteps } from '../network/plan.ts'
import type { Overlay } from '../overlay/mount.ts'
import { flags, named, type Step, stepsOf, syscall } from '../syscall/syscall.ts'
import { bindSteps } from './launch.ts'
import { type Handles, plan } from './plan.ts'
import type { Spec } from './spec.ts'
import { terminalSteps } from './terminal.ts'

export interface Explanation {
  /** Made by gocker itself, before. */
  readonly parent: readonly Step[]
  readonly clone: Step
  /** Made by the new process. */
  readonly child: readonly Step[]
}

export function explanation(
  spec: Spec,
  overlay: Overlay,
  hierarchy: Hierarchy,
  network: 'bridge' | 'none' | 'host',
): Explanation {
  const binds = bindSteps(spec)
  const terminal = spec.process.terminal ? terminalSteps({ rows: 24, columns: 80 }) : undefined
  const handles: Handles = {
    ...(network === 'host' ? {} : { netns: named('network') }),
    binds: binds.trees,
    stdio: terminal ? [terminal.slave, terminal.slave, terminal.slave] : [named('/dev/null'), -1, -1],
    ...(terminal ? { devpts: terminal.devpts } : {}),
    pipes: [],
  }
  const { flags: namespaces, steps } = plan(spec, overlay, hierarchy, handles)
  return {
    parent: [
      ...hierarchy.setupSteps(spec.linux.cgroupsPath, spec.linux.resources),
      ...(network === 'host' ? [] : networkSteps({ mode: network })),
      ...binds.steps,
      ...(terminal?.steps ?? []),
    ],
    clone: stepsOf(1)(
      'start the child, in new namespaces: from here on it makes the calls',
      syscall('clone', flags('CLONE_', namespaces)),
    )[0]!,
    child: steps,
  }
}
