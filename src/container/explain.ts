// The whole list of calls that would make a container, in order: what the parent does, the start of the child, what
// the child does. It is made by the same functions that make the calls, and touches nothing.

import { statSync } from 'node:fs'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { networkSteps } from '../network/plan.ts'
import type { PortRequest } from '../network/ports.ts'
import { publishedAs, reserveSteps } from '../network/reserve.ts'
import type { Bridge } from '../network/settings.ts'
import type { Overlay } from '../overlay/mount.ts'
import * as C from '../syscall/constants.ts'
import { openat } from '../syscall/file.ts'
import { flags, named, type Step, stepsOf, syscall } from '../syscall/syscall.ts'
import { sharedWith } from './endpoint.ts'
import type { Handles } from './handles.ts'
import { wantsInit } from './init.ts'
import { bindSteps, ttyGroupOf } from './launch.ts'
import { plan } from './plan.ts'
import type { Spec } from './spec.ts'
import { terminalSteps } from './terminal.ts'
import { mapsOf, unopenedUsers, userNamespaceSteps } from './user-namespace.ts'

export interface Explanation {
  /** Made by gocker itself, before. */
  readonly parent: readonly Step[]
  readonly clone: Step
  /** Made by the new process. */
  readonly child: readonly Step[]
}

/** Those that are made for each container are not there yet; of the host's, one look tells. */
function isFile(source = ''): boolean {
  try {
    return !statSync(source).isDirectory()
  } catch {
    // it is not there, or not for this user to see
    return /\/(resolv\.conf|hostname|hosts)$/.test(source)
  }
}

/** The network to be explained: its first one, if it has several. */
export interface ShownNetwork {
  readonly mode: string
  readonly bridge?: Bridge
  readonly address?: string
  readonly mac?: string
  readonly ports: readonly PortRequest[]
}

/** Where the kernel begins to look for a port if none is asked for. ip-sysctl.rst, ip_local_port_range */
const firstFreePort = 32768

function stepsOfNetwork({ mode, ports, ...bridge }: ShownNetwork): Step[] {
  if (mode === 'host') return []
  if (sharedWith(mode) !== undefined)
    return stepsOf(7)(
      'take hold of the network of the other container',
      openat(C.AT_FDCWD, '/proc/<its process>/ns/net', C.O_RDONLY | C.O_CLOEXEC),
    )
  if (mode === 'none') return networkSteps({ mode })
  const published = ports.map((request) => publishedAs(request, request.hostPorts?.first ?? firstFreePort))
  const { reserve, hold } = reserveSteps(ports)
  return [...reserve, ...networkSteps({ mode: 'bridge', ...bridge, ports: published }), ...hold]
}

export function explanation(
  spec: Spec,
  overlay: Overlay,
  hierarchy: Hierarchy,
  network: ShownNetwork,
): Explanation {
  const binds = bindSteps(spec)
  const terminal = spec.process.terminal
    ? terminalSteps({ rows: 24, columns: 80 }, ttyGroupOf(spec))
    : undefined
  const handles: Handles = {
    ...(network.mode === 'host' ? {} : { netns: named('network') }),
    ...(mapsOf(spec) ? { users: unopenedUsers } : {}),
    binds: binds.trees,
    files: new Set(spec.mounts.filter(({ source }) => isFile(source)).map(({ destination }) => destination)),
    stdio: terminal ? [terminal.slave, terminal.slave, terminal.slave] : [named('/dev/null'), -1, -1],
    ...(terminal ? { devpts: terminal.devpts } : {}),
    ...(wantsInit(spec) ? { init: named('init') } : {}),
    pipes: [],
  }
  const { flags: namespaces, steps } = plan(spec, overlay, hierarchy, handles)
  return {
    parent: [
      ...hierarchy.setupSteps(spec.linux.cgroupsPath, spec.linux.resources),
      ...userNamespaceSteps(spec),
      ...stepsOfNetwork(network),
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
