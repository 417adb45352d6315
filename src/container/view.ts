// The files of a container as its programs see them, for someone outside: its root directory, held open. A path must be
// looked up below it with that as the root (in-root.ts), as the container may lay links at any time.
//
// A running container has mounted its files already. For one that does not run, a process of a few hundred bytes mounts
// them in a mount namespace of its own, and waits until we let go of it, or are dead: nothing is mounted on the host.

import { closeSync, existsSync, fstatSync, openSync } from 'node:fs'
import { makeOwned } from '../namespaces/owned.ts'
import { idMappedSteps } from '../overlay/id-mapped.ts'
import { overlaySteps } from '../overlay/mount.ts'
import { isBind, mountSteps } from '../rootfs/mounts.ts'
import { pivotSteps, privateSteps, readOnlyRootSteps } from '../rootfs/pivot-root.ts'
import { attempt } from '../syscall/call.ts'
import { clone } from '../syscall/clone.ts'
import * as C from '../syscall/constants.ts'
import { dup3, read } from '../syscall/file.ts'
import { arch } from '../syscall/numbers.ts'
import { perform } from '../syscall/perform.ts'
import { makePipe } from '../syscall/pipe.ts'
import { execveat, exit_group, pidfd_open } from '../syscall/process.ts'
import { programOf } from '../syscall/program.ts'
import { programFile } from '../syscall/program-file.ts'
import { stepsOf } from '../syscall/syscall.ts'
import { waitNow } from '../syscall/wait.ts'
import { overlayOf } from './design.ts'
import { bindSteps } from './launch.ts'
import type { Places } from './places.ts'
import { isAlive } from './process-info.ts'
import { isRunning, loadSpec, type State } from './state.ts'
import { mapsOf } from './user-namespace.ts'

const rootFlags = C.O_PATH | C.O_DIRECTORY | C.O_CLOEXEC

/** Open the container's root directory, until `held` lets go of it. */
export function openRoot(places: Places, state: State, held: DisposableStack): number {
  const root = (isRunning(state) ? rootOfRunning(state) : undefined) ?? rootOfStopped(places, state, held)
  held.defer(() => closeSync(root))
  return root
}

/** @returns undefined if it has ended meanwhile */
function rootOfRunning({ pid = 0, started = 0 }: State): number | undefined {
  const pidfd = attempt(pidfd_open(pid))
  if (pidfd < 0) return undefined
  try {
    const root = openSync(`/proc/${pid}/root`, rootFlags)
    // the number could have come to mean another process, but for the descriptor: it was this one all the time
    if (isAlive(pid, started)) return root
    closeSync(root)
    return undefined
  } catch {
    return undefined
  } finally {
    closeSync(pidfd)
  }
}

function rootOfStopped(places: Places, state: State, held: DisposableStack): number {
  const [reading, writing] = makePipe()
  held.defer(() => closeSync(reading))
  let pid: number
  try {
    pid = clone(C.CLONE_NEWNS, holderCalls(places, state, reading, held))
  } catch (error) {
    closeSync(writing)
    throw error
  }
  // the end of its input is its own end
  held.defer(() => {
    closeSync(writing)
    waitNow(pid)
  })
  return openSync(`/proc/${pid}/root`, rootFlags)
}

const step = stepsOf(9)

/** Mount all that the container would find, and wait. */
function holderCalls(places: Places, state: State, input: number, held: DisposableStack) {
  const keep = (fd: number) => {
    held.defer(() => closeSync(fd))
    return fd
  }
  const spec = loadSpec(places, state.id)
  const maps = mapsOf(spec)
  // what it gets at its start is not there before the first one
  const mounts = spec.mounts.filter((mount) => isBind(mount) && existsSync(mount.source ?? ''))
  const sources = bindSteps({ ...spec, mounts })
  const treeOf = perform(sources.steps)
  const program = keep(programFile('gocker', programOf([read(0, new Uint8Array(1)), exit_group(0)], arch)))
  return [
    ...privateSteps(),
    ...(maps ? idMappedSteps(places.layers, keep(makeOwned([], maps).user!)) : []),
    ...overlaySteps({ ...overlayOf(places, state), volatile: false }),
    ...pivotSteps(overlayOf(places, state).target),
    ...mounts.flatMap((mount) => {
      const tree = keep(treeOf(sources.trees.get(mount.destination)!))
      return mountSteps(mount, { tree, file: !fstatSync(tree).isDirectory() })
    }),
    ...(spec.root.readonly ? readOnlyRootSteps() : []),
    ...step(
      'wait, and hold all of this until the input ends',
      dup3(input, 0),
      execveat(program, [`gocker: holds ${state.id.slice(0, 12)}`], []),
    ),
  ].map(({ call: made }) => made)
}
