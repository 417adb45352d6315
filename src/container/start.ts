// From a container on disk to a process: its cgroup, its network, its files, its first program. Whoever calls this is
// the one who waits for the end, and notes it (finish.ts).

import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { whileBridgesStay } from '../network/stay.ts'
import { makeSources, writeFiles } from './create.ts'
import { type Created, overlayOf } from './design.ts'
import { recordOf, recordUse } from './events.ts'
import { unknownHealth } from './health.ts'
import { type Launched, launch } from './launch.ts'
import { tellNames } from './name-lookup.ts'
import { connect } from './network.ts'
import type { Places } from './places.ts'
import { startTime } from './process-info.ts'
import { isRunning, load, loadSpec, type State, update } from './state.ts'
import { whileStays } from './stay.ts'
import type { Stdio } from './stdio.ts'
import type { WindowSize } from './terminal.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'
import { openUserNamespace, rootOf } from './user-namespace.ts'

export interface StartOptions {
  readonly stdio: Stdio
  /** With a terminal: its size at the beginning. */
  readonly windowSize: WindowSize
  /** What a person should know: a limit that this host cannot hold, a setting of the host that was changed. */
  readonly tell: (message: string) => void
}

export interface Started extends Launched {
  /** As it is noted now. */
  readonly state: State
  /** These descriptors hold its ports: to be closed at its end. */
  readonly sockets: readonly number[]
}

/** A container that was made before, as it lies on the disk. */
function reopen(places: Places, id: string): Created {
  const state = load(places, id)
  if (state === undefined) throw new UserError(`No such container: ${id}`)
  return { state, spec: loadSpec(places, id), overlay: overlayOf(places, state) }
}

/**
 * Start the container's first program. On an error nothing of it is left but what was there before.
 * @throws UserError if the program cannot be started, SyscallError for every other call that failed
 */
export function start(places: Places, hierarchy: Hierarchy, id: string, options: StartOptions): Started {
  // from the first cable until it is noted who has it, no network is taken away; and nobody removes the container
  const started = whileStays(places, id, () =>
    whileBridgesStay(() => startNow(places, hierarchy, reopen(places, id), options)),
  )
  if (started === undefined) throw new UserError(`No such container: ${id}`, ENGINE_FAILED)
  tellNames(places, started.state.network.networks)
  return started
}

function startNow(
  places: Places,
  hierarchy: Hierarchy,
  { state, spec, overlay }: Created,
  { stdio, windowSize, tell }: StartOptions,
): Started {
  if (isRunning(state)) throw new UserError(`container ${state.id} runs already`)
  using undo = new DisposableStack()
  // it has ended and never began: whoever made it was killed, perhaps before the last step of that
  if (state.startedAt === undefined && state.finishedAt !== undefined) makeSources(places, state, spec)
  undo.defer(() => hierarchy.remove(spec.linux.cgroupsPath))
  for (const warning of hierarchy.create(spec.linux.cgroupsPath, spec.linux.resources).warnings)
    tell(`WARNING: ${warning}`)
  using users = openUserNamespace(places, state, spec)
  const network = connect(places, state, spec.hostname ?? '', users?.network)
  undo.defer(network.abandon)
  for (const notice of network.notices) tell(notice)
  if (network.files) writeFiles(places, state.id, network.files, rootOf(spec))
  const launched = launch({ spec, overlay, hierarchy, netns: network.netns, users, stdio, windowSize })
  stdio.started()
  network.close()
  const { pid } = launched
  const noted = update(places, state.id, (before) => ({
    ...before,
    pid,
    started: startTime(pid) ?? 0,
    startedAt: new Date().toISOString(),
    finishedAt: undefined,
    exitCode: undefined,
    oomKilled: undefined,
    error: undefined,
    paused: undefined,
    restarting: undefined,
    shutDown: undefined,
    health: state.healthCheck && unknownHealth,
    engine: { pid: process.pid, started: startTime(process.pid) ?? 0 },
    network: network.recorded,
  }))
  undo.move()
  if (noted) {
    recordUse(places, noted, true)
    recordOf(places, noted, 'start')
  }
  return { ...launched, state: noted ?? state, sockets: network.sockets }
}
