// Take away whatever no running container needs. What is left over is found by looking at the system, not by
// remembering: a state that was lost hides nothing.

import { readdirSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { sweepImages } from '../image/remove.ts'
import { openStore } from '../image/store.ts'
import { removeAll } from '../network/prune.ts'
import { gocker0 } from '../network/settings.ts'
import { settlingTime, sweep } from './finish.ts'
import type { Places } from './places.ts'
import { folder, forget, list, load, status } from './state.ts'

export interface Pruned {
  /** Full ids. */
  readonly containers: readonly string[]
  /** In Docker's words: `Untagged: …`, `Deleted: …`. */
  readonly images: readonly string[]
  /** Cgroups, links, rules, names that belonged to nobody. */
  readonly leftovers: readonly string[]
  /** Freed on the disk. */
  readonly bytes: number
}

/** @param all also images that have a name, if no container uses them */
export function prune(places: Places, hierarchy: Hierarchy, { all }: { readonly all: boolean }): Pruned {
  sweep(places, hierarchy)
  let bytes = 0
  const stopped = list(places).filter((state) => status(state) === 'exited')
  for (const { id, name } of stopped) {
    bytes += sizeOf(folder(places, id))
    forget(places, id, name)
  }
  const left = list(places)
  const swept = sweepImages(openStore(places.root), {
    all,
    layersInUse: left.flatMap(({ layers }) => layers),
    imagesInUse: left.map(({ imageId }) => imageId),
  })
  return {
    containers: stopped.map(({ id }) => id),
    images: swept.removed,
    leftovers: [...clearCgroups(places, hierarchy), ...clearNames(places), ...clearNetwork(left.length)],
    bytes: bytes + swept.bytes,
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
  const isThere = statSync(`/sys/class/net/${gocker0.name}`, { throwIfNoEntry: false }) !== undefined
  return containers === 0 && removeAll() && isThere ? [`bridge ${gocker0.name} and its rules`] : []
}

/** A group that was just made may belong to a container of another root, whose process is still on its way into it. */
function isSettled({ mounts }: Hierarchy, id: string): boolean {
  const group = statSync(join(mounts[0]!.point, 'gocker', id), { throwIfNoEntry: false })
  return Date.now() - (group?.mtimeMs ?? 0) > settlingTime
}

function clearNames(places: Places): string[] {
  const names = entries(places.names).filter(
    (name) => load(places, readlinkSync(join(places.names, name))) === undefined,
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

/** Bytes on the disk of all that lies below `path`. */
function sizeOf(path: string): number {
  const own = statSync(path, { throwIfNoEntry: false })
  if (!own) return 0
  const below = readdirSync(path, { withFileTypes: true, recursive: true })
  return below
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, entry) =>
        sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.blocks ?? 0) * 512,
      0,
    )
}
