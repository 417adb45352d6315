// Take away whatever no running container needs. What is left over is found by looking at the system, not by
// remembering: a state that was lost hides nothing.

import { readdirSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { sweepImages } from '../image/remove.ts'
import { type Image, openStore } from '../image/store.ts'
import { removeAll, removeUnused } from '../network/prune.ts'
import { gocker0 } from '../network/settings.ts'
import { whileBridgesGo } from '../network/stay.ts'
import { diskUsage } from './disk-usage.ts'
import { record } from './events.ts'
import { sweep } from './finish.ts'
import { inUse, recordRemoved } from './image-use.ts'
import { forget } from './named.ts'
import { pruneNetworks } from './network-remove.ts'
import type { Network } from './networks.ts'
import type { Places } from './places.ts'
import { folder, list, load, type State, status } from './state.ts'
import { whileStays } from './stay.ts'
import {
  clearHalves,
  dataOf,
  listVolumes,
  removeUnused as removeUnusedVolume,
  usersOf,
  type Volume,
} from './volumes.ts'

export interface PrunedContainers {
  /** Full ids. */
  readonly containers: readonly string[]
  /** Freed on the disk. */
  readonly bytes: number
}

/** Remove the containers that do not run, and that `fits`. */
export function pruneContainers(
  places: Places,
  hierarchy: Hierarchy,
  fits: (state: State) => boolean = () => true,
): PrunedContainers {
  sweep(places, hierarchy)
  let bytes = 0
  // one that is still being made has an engine
  const isIdle = (state: State) =>
    status(state) === 'exited' || (status(state) === 'created' && state.engine === undefined)
  const stopped = list(places).filter((state) => {
    if (!isIdle(state) || !fits(state)) return false
    return whileStays(places, state.id, (now) => {
      // somebody may have started it meanwhile
      if (!isIdle(now)) return false
      bytes += diskUsage(folder(places, now.id))
      forget(places, now.id, now.name)
      record(places, 'container', 'destroy', now.id, { name: now.name })
      return true
    })
  })
  return { containers: stopped.map(({ id }) => id), bytes }
}

/** Remove the volumes that no container uses, and that `isMeant`. @returns their names, and the bytes freed */
export function pruneVolumes(
  places: Places,
  isMeant: (volume: Volume) => boolean,
): { readonly volumes: readonly string[]; readonly bytes: number } {
  let bytes = 0
  const unused = listVolumes(places).filter(
    (volume) => isMeant(volume) && usersOf(places, volume.name).length === 0,
  )
  const removed = unused.filter(({ name }) => {
    const size = diskUsage(dataOf(places, name))
    // one that is taken into use, or away, at this moment is no failure of ours
    const isRemoved = removeUnusedVolume(places, name)
    if (isRemoved) bytes += size
    return isRemoved
  })
  return { volumes: removed.map(({ name }) => name), bytes }
}

export interface Pruned extends PrunedContainers {
  /** Their names. */
  readonly volumes: readonly string[]
  /** Their names. */
  readonly networks: readonly string[]
  /** In Docker's words: `Untagged: …`, `Deleted: …`. */
  readonly images: readonly string[]
  /** Cgroups, links, rules, names that belonged to nobody. */
  readonly leftovers: readonly string[]
}

export interface PruneOptions {
  /** Also images that have a name, if no container uses them. */
  readonly all: boolean
  /** Also volumes without a name. */
  readonly volumes?: boolean
  /** Only those of which these are true. */
  readonly containerFits?: (state: State) => boolean
  readonly networkFits?: (network: Network) => boolean
  readonly imageFits?: (image: Image) => boolean
  readonly volumeFits?: (volume: Volume) => boolean
}

export function prune(places: Places, hierarchy: Hierarchy, options: PruneOptions): Pruned {
  const { all, containerFits, networkFits, imageFits, volumeFits = () => true } = options
  const { containers, bytes } = pruneContainers(places, hierarchy, containerFits)
  const left = list(places)
  const cleared = options.volumes
    ? pruneVolumes(places, (volume) => volume.isAnonymous && volumeFits(volume))
    : { volumes: [], bytes: 0 }
  const swept = sweepImages(openStore(places.root), { all, fits: imageFits, ...inUse(places) })
  recordRemoved(places, swept.images)
  return {
    containers,
    networks: pruneNetworks(places, networkFits).map(({ name }) => name),
    volumes: cleared.volumes,
    images: swept.removed,
    leftovers: [
      ...clearCgroups(places, hierarchy),
      ...clearNames(places),
      ...clearNetwork(left.length),
      ...clearHalves(places).map((name) => `half of the volume ${name}`),
    ],
    bytes: bytes + cleared.bytes + swept.bytes,
  }
}

/** Groups of containers that this root no longer knows, and that hold no process: their engine was killed. */
function clearCgroups(places: Places, hierarchy: Hierarchy): string[] {
  const orphans = hierarchy
    .list('gocker')
    .filter((id) => load(places, id) === undefined && isSettled(hierarchy, id))
    .filter((id) => hierarchy.pids(`gocker/${id}`).length === 0)
  for (const id of orphans) hierarchy.remove(`gocker/${id}`)
  return orphans.map((id) => `cgroup gocker/${id}`)
}

/** The bridge and its rules are made again by the next container. */
function clearNetwork(containers: number): string[] {
  return whileBridgesGo(() => {
    const unused = removeUnused()
    const isThere = statSync(`/sys/class/net/${gocker0.name}`, { throwIfNoEntry: false }) !== undefined
    const removed = containers === 0 && removeAll() && isThere ? [`bridge ${gocker0.name} and its rules`] : []
    return [...removed, ...unused]
  })
}

/** In milliseconds: what is younger may be in the making. */
const settlingTime = 10_000

/** A group that was just made may belong to a container of another root, whose process is still on its way into it. */
function isSettled({ mounts }: Hierarchy, id: string): boolean {
  const group = statSync(join(mounts[0]!.point, 'gocker', id), { throwIfNoEntry: false })
  // one that seems to come from the future is of a time before somebody set the clock back
  return Math.abs(Date.now() - (group?.mtimeMs ?? 0)) > settlingTime
}

function clearNames(places: Places): string[] {
  const names = entries(places.names).filter(
    (name) => load(places, readlinkSync(join(places.names, name)))?.name !== name,
  )
  for (const name of names) rmSync(join(places.names, name), { force: true })
  return names.map((name) => `name ${name}`)
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
