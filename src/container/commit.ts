// What a container has written becomes a layer, and with the layers of its image a new image. The container stays as it
// is; one that runs is paused while its files are read, unless that is not wanted.
//
// The image's blobs must not be swept away meanwhile: that is held here.

import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { addImage, addLayer } from '../image/add-image.ts'
import { applyChanges } from '../image/change.ts'
import { whileAdding } from '../image/layout.ts'
import type { Manifest, ProcessConfig } from '../image/manifest.ts'
import { openStaging, type Staged, stage } from '../image/staging.ts'
import { type Image, openStore, prepare, readBlob } from '../image/store.ts'
import { difference } from '../overlay/difference.ts'
import { overlayOf } from './design.ts'
import { recordOf } from './events.ts'
import type { Places } from './places.ts'
import { loadSpec, type State, status } from './state.ts'
import { pause, unpause } from './stop.ts'
import { UserError } from './user-error.ts'
import { idShift } from './user-namespace.ts'

export interface CommitOptions {
  readonly author?: string
  readonly message?: string
  /** In the words of a Dockerfile. */
  readonly changes: readonly string[]
  readonly pauses: boolean
  /** The new image's name in full; without it, it has none. */
  readonly reference?: string
}

/** @throws UserError if its image is not there any more */
export async function commit(
  places: Places,
  hierarchy: Hierarchy,
  state: State,
  { author, message = '', changes, pauses, reference }: CommitOptions,
): Promise<Image> {
  const store = openStore(places.root)
  prepare(store.imagesDir, store.layersDir)
  using _adding = whileAdding(store.imagesDir)
  const base = store.find(state.imageId)
  const manifest = base && readBlob<Manifest>(store.imagesDir, base.digest)
  if (!base || !manifest)
    throw new UserError(
      `the image of container ${state.name} is not here any more: ${state.image}\nPull it again: gocker pull ${state.image}`,
    )
  const config = applyChanges(configOf(places, state, base), changes)
  using staging = openStaging(store.imagesDir)
  const file: Staged = await whilePaused(places, hierarchy, state, pauses, () =>
    stage(staging, difference(overlayOf(places, state).upper, idShift(loadSpec(places, state.id)))),
  )
  // a plain tar: the digest of the file is the digest of the layer
  const diffId = file.digest
  const layer = await addLayer(store, file, diffId)
  const created = new Date().toISOString()
  const step = { created, created_by: state.command.join(' '), comment: message, ...(author && { author }) }
  const image = addImage(
    store,
    {
      ...base.config,
      created,
      ...(author && { author }),
      config,
      rootfs: { type: 'layers', diff_ids: [...base.config.rootfs.diff_ids, diffId] },
      history: [...(base.config.history ?? []), step],
    },
    [...manifest.layers, layer],
    reference,
  )
  recordOf(places, state, 'commit', {
    comment: message,
    imageID: image.id,
    ...(reference && { imageRef: reference }),
  })
  return image
}

/** The image's own, with what the container was made with instead. */
function configOf(places: Places, state: State, { config: { config = {} } }: Image): ProcessConfig {
  const { options, command } = state
  const { env, cwd } = loadSpec(places, state.id).process
  const entrypoint =
    options.entrypoint === undefined ? (config.Entrypoint ?? []) : [options.entrypoint].filter(Boolean)
  const isOwn = entrypoint.every((word, i) => command[i] === word)
  return {
    ...config,
    Entrypoint: entrypoint.length > 0 ? entrypoint : undefined,
    Cmd: isOwn ? command.slice(entrypoint.length) : command,
    Env: env.filter((text) => !/^(HOSTNAME|HOME|TERM)=/.test(text) || options.env.includes(text)),
    ...(options.workdir !== undefined && { WorkingDir: cwd }),
    ...(options.user !== undefined && { User: options.user }),
    ...(state.exposed?.length && {
      ExposedPorts: Object.fromEntries(state.exposed.map((port) => [port, {}])),
    }),
    ...(Object.keys(options.labels ?? {}).length > 0 && { Labels: options.labels }),
    ...(options.stopSignal && { StopSignal: options.stopSignal }),
  }
}

async function whilePaused<T>(
  places: Places,
  hierarchy: Hierarchy,
  state: State,
  pauses: boolean,
  work: () => Promise<T>,
): Promise<T> {
  if (!pauses || status(state) !== 'running') return work()
  pause(places, hierarchy, state)
  // Ctrl-C must not leave it standing still
  const stop = () => {
    unpause(places, hierarchy, { ...state, paused: true })
    process.exit(130)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    return await work()
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    unpause(places, hierarchy, { ...state, paused: true })
  }
}
