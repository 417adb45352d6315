// What a container is before it runs: an image, a spec, a folder on disk. Nothing of the kernel is touched here.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Image } from '../image/store.ts'
import type { NetworkFiles } from '../network/files.ts'
import { readThrough } from '../overlay/lookup.ts'
import type { Overlay } from '../overlay/mount.ts'
import type { Machine } from './machine.ts'
import { makeSpec } from './make-spec.ts'
import { randomId, randomName } from './names.ts'
import type { RunOptions } from './options.ts'
import type { Places } from './places.ts'
import { startTime } from './process-info.ts'
import type { Spec } from './spec.ts'
import { claim, folder, forget, type State, saveSpec } from './state.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

export interface Created {
  readonly state: State
  readonly spec: Spec
  readonly overlay: Overlay
}

export interface CreateOptions {
  readonly places: Places
  readonly image: Image
  /** The image's name as it was typed. */
  readonly imageName: string
  readonly options: RunOptions
  readonly command: readonly string[]
  /** undefined if nothing will be run: the list is then as for any machine. */
  readonly machine: Machine | undefined
  readonly warn: (message: string) => void
}

/** The files that a container gets from us, and where. */
const files = ['resolv.conf', 'hostname', 'hosts'] as const

/** Larger than any sane /etc/passwd, and small enough to read at once. CVE-2026-47262 */
const longestUserFile = 10 * 2 ** 20

/**
 * Decide everything about a new container, without touching the disk except to read the image's users.
 * @throws UserError for what the image or the command line asks and there is not
 */
export function design({
  places,
  image,
  imageName,
  options,
  command,
  machine,
  warn,
}: CreateOptions): Created {
  const id = randomId()
  const name = options.name ?? randomName()
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    throw new UserError(
      `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
      ENGINE_FAILED,
    )
  }
  const home = folder(places, id)
  const layerDirs = image.layers.map((layer) => join(places.layers, layer))
  const userFile = (path: string) => {
    try {
      return readThrough(layerDirs, path, longestUserFile)?.toString('utf8')
    } catch (error) {
      // an ordinary user may have a list explained, and not look into root's folder
      if (machine === undefined && (error as NodeJS.ErrnoException).code === 'EACCES') return undefined
      throw error
    }
  }
  const spec = makeSpec(options, {
    id,
    config: image.config,
    command,
    passwd: userFile('/etc/passwd'),
    group: userFile('/etc/group'),
    rootPath: join(home, 'merged'),
    files: files.map((file) => ({ source: join(home, file), destination: `/etc/${file}` })),
    cgroupsPath: `gocker/${id}`,
    machine,
    warn,
  })
  const state: State = {
    id,
    name,
    image: imageName,
    imageId: image.id,
    layers: image.layers,
    command: spec.process.args,
    created: new Date().toISOString(),
    autoRemove: options.rm,
    cgroup: spec.linux.cgroupsPath,
    network: { mode: options.network },
    engine: { pid: process.pid, started: startTime(process.pid) ?? 0 },
  }
  return { state, spec, overlay: overlayOf(places, state) }
}

/** The container's file system: the image's layers, and a directory of its own above them. */
export function overlayOf(places: Places, state: State): Overlay {
  const home = folder(places, state.id)
  return {
    layersDir: places.layers,
    layers: state.layers,
    upper: join(home, 'upper'),
    work: join(home, 'work'),
    target: join(home, 'merged'),
    // what is thrown away at the end need never reach the disk
    volatile: state.autoRemove,
  }
}

/**
 * Take the container's name and make its folder. Nothing is left if that fails.
 * @param isNamed a person chose the name; any other that is taken is replaced by one that is free
 * @returns the container with the name that it got
 */
export function establish(places: Places, created: Created, isNamed = true): Created {
  const { spec, overlay } = created
  let tries = 0
  const state = claim(places, created.state, isNamed ? undefined : () => randomName(Math.min(tries++, 9)))
  try {
    for (const directory of [overlay.upper, overlay.work, overlay.target])
      mkdirSync(directory, { mode: 0o755 })
    saveSpec(places, state.id, spec)
  } catch (error) {
    forget(places, state.id, state.name)
    throw error
  }
  return { ...created, state }
}

/** Write what the container will see as /etc/resolv.conf, /etc/hostname and /etc/hosts. */
export function writeFiles(places: Places, id: string, contents: NetworkFiles): void {
  const home = folder(places, id)
  writeFileSync(join(home, 'resolv.conf'), contents.resolvConf, { mode: 0o644 })
  writeFileSync(join(home, 'hostname'), contents.hostname, { mode: 0o644 })
  writeFileSync(join(home, 'hosts'), contents.hosts, { mode: 0o644 })
}
