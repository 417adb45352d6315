// From what was decided of a container to what lies of it on the disk: its folder, its name, its volumes. Nothing of the kernel
// is touched here; `forget` (named.ts) takes it all away again.

import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NetworkFiles } from '../network/files.ts'
import { type Created, ownFiles } from './design.ts'
import { recordOf } from './events.ts'
import { claim, forget } from './named.ts'
import { randomName } from './names.ts'
import type { Places } from './places.ts'
import type { Spec } from './spec.ts'
import { folder, type State, saveSpec } from './state.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'
import { type Owner, outsideOf, rootOf } from './user-namespace.ts'
import { fillFromImage } from './volume-content.ts'
import { ensureVolume, whileVolumesStay } from './volumes.ts'

/**
 * Take the container's name and make its folder. Nothing is left if that fails.
 * @param isNamed a person chose the name; any other that is taken is replaced by one that is free
 * @returns the container with the name that it got
 */
export function establish(places: Places, created: Created, isNamed = true): Created {
  const { spec, overlay } = created
  let tries = 0
  const otherName = isNamed ? undefined : () => randomName(Math.min(tries++, 9))
  const state = claim(places, created.state, otherName, () => {
    for (const directory of [overlay.upper, overlay.work, overlay.target])
      mkdirSync(directory, { mode: 0o755 })
    // the root directory of the container is this one
    giveTo(rootOf(spec), overlay.upper)
    saveSpec(places, created.state.id, spec)
  })
  try {
    makeSources(places, state, spec)
    recordOf(places, state, 'create')
  } catch (error) {
    forget(places, state.id, state.name)
    throw error
  }
  return { ...created, state }
}

/** Volumes are made when the first container wants them, and filled with what the image has there. What is there stays. */
export function makeSources(places: Places, { mounts = [], layers }: State, spec: Spec): void {
  const layerDirs = layers.map((layer) => join(places.layers, layer))
  for (const { type, name = '', source, destination, isAnonymous = false, makesSource, copies } of mounts) {
    if (type === 'volume') {
      whileVolumesStay(places, () => ensureVolume(places, { name, labels: {}, isAnonymous }, rootOf(spec)))
      if (copies) fillFromImage(layerDirs, destination, source, (owner) => outsideOf(spec, owner))
    } else if (type === 'bind' && !existsSync(source)) {
      if (!makesSource)
        throw new UserError(
          `invalid mount config for type "bind": bind source path does not exist: ${source}`,
          ENGINE_FAILED,
        )
      mkdirSync(source, { recursive: true, mode: 0o755 })
    }
  }
}

/** Write what the container will see as /etc/resolv.conf, /etc/hostname and /etc/hosts. @param owner its root on the host */
export function writeFiles(places: Places, id: string, contents: NetworkFiles, owner?: Owner): void {
  const home = folder(places, id)
  writeFileSync(join(home, 'resolv.conf'), contents.resolvConf, { mode: 0o644 })
  writeFileSync(join(home, 'hostname'), contents.hostname, { mode: 0o644 })
  writeFileSync(join(home, 'hosts'), contents.hosts, { mode: 0o644 })
  if (owner) for (const file of ownFiles) giveTo(owner, join(home, file))
}

/** What we make belongs to root already. */
function giveTo({ uid, gid }: Owner, path: string): void {
  if (uid !== 0 || gid !== 0) chownSync(path, uid, gid)
}
