// All that is decided of a container before anything of it is there: its id, its spec, its state. Reads the disk (the image's
// users, containers that it has to do with), and changes nothing.

import { hostname } from 'node:os'
import { join } from 'node:path'
import type { ProcessConfig } from '../image/manifest.ts'
import type { Image } from '../image/store.ts'
import { readThrough } from '../overlay/lookup.ts'
import type { Overlay } from '../overlay/mount.ts'
import { healthCheckOf } from './health.ts'
import type { Machine } from './machine.ts'
import { makeSpec } from './make-spec.ts'
import type { Mounted } from './mount-request.ts'
import { decideMounts } from './mounts.ts'
import { checkName, find } from './named.ts'
import { randomId, randomName } from './names.ts'
import { networkOf, sharedContainer } from './network-request.ts'
import type { RunOptions, VolumesFrom } from './options.ts'
import type { Places } from './places.ts'
import { exposedPorts } from './port-requests.ts'
import { processConfig } from './process-config.ts'
import { startTime } from './process-info.ts'
import type { Spec } from './spec.ts'
import { folder, loadSpec, type State } from './state.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'
import { idMapsFor } from './user-namespace.ts'

export interface Created {
  readonly state: State
  readonly spec: Spec
  readonly overlay: Overlay
}

export interface DesignOptions {
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
export const ownFiles = ['resolv.conf', 'hostname', 'hosts'] as const

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
}: DesignOptions): Created {
  const id = randomId()
  const name = options.name ?? randomName()
  checkName(name)
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
  const mounts = decideMounts(places, {
    requests: options.mounts ?? [],
    others: (options.volumesFrom ?? []).flatMap((from) => mountsOf(places, from)),
    image: Object.keys(image.config.config?.Volumes ?? {}),
    taken: options.tmpfs.map((text) => text.split(':')[0]!),
  })
  const network = networkOf(places, options, machine === undefined)
  const shared = sharedContainer(places, network)
  const filesHome = shared ? folder(places, shared.id) : home
  const spec = makeSpec(
    { ...options, network: network.mode },
    {
      id,
      mounts,
      config: image.config,
      command,
      passwd: userFile('/etc/passwd'),
      group: userFile('/etc/group'),
      rootPath: join(home, 'merged'),
      files: ownFiles.map((file) => ({ source: join(filesHome, file), destination: `/etc/${file}` })),
      hostname: sharedHostname(places, network, shared, options),
      cgroupsPath: `gocker/${id}`,
      idMaps: idMapsFor(options, shared && loadSpec(places, shared.id)),
      machine,
      warn,
    },
  )
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
    network,
    exposed: exposedPorts(Object.keys(image.config.config?.ExposedPorts ?? {}), options),
    options: settled(options, image.config.config),
    config: processConfig(options, image.config.config, command),
    mounts,
    healthCheck: healthCheckOf(options.health, image.config.config?.Healthcheck),
    engine: { pid: process.pid, started: startTime(process.pid) ?? 0 },
  }
  return { state, spec, overlay: overlayOf(places, state) }
}

/** What the person did not say, and the image does. */
function settled(options: RunOptions, image: ProcessConfig = {}): RunOptions {
  return {
    ...options,
    stopSignal: options.stopSignal ?? (image.StopSignal || undefined),
    labels: { ...image.Labels, ...options.labels },
    // what it comes to is in the spec
    seccomp: undefined,
  }
}

/** Whoever shares a network has the name that goes with it. */
function sharedHostname(
  places: Places,
  { mode }: State['network'],
  shared: State | undefined,
  { hostname: wanted }: RunOptions,
): string | undefined {
  if (shared) return loadSpec(places, shared.id).hostname
  return mode === 'host' && !wanted ? hostname() : undefined
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

/** The mounts of another container. @throws UserError if there is none */
function mountsOf(places: Places, { container, readOnly }: VolumesFrom): Mounted[] {
  const { mounts = [] } = whoever(places, container)
  return mounts
    .filter(({ type }) => type !== 'tmpfs')
    .map((mount) => ({ ...mount, readOnly: readOnly ?? mount.readOnly, isAnonymous: false }))
}

function whoever(places: Places, container: string): State {
  try {
    return find(places, container)
  } catch (error) {
    throw error instanceof UserError ? new UserError(error.message, ENGINE_FAILED) : error
  }
}
