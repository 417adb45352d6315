// The life of a container in the foreground: image, folder, cgroup, network, process, end, clean-up.

import { existsSync } from 'node:fs'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { hierarchy as mountedHierarchy } from '../cgroup/hierarchy.ts'
import { accompany } from '../container/accompany.ts'
import { type Created, design, establish, writeFiles } from '../container/create.ts'
import { finish, sweep } from '../container/finish.ts'
import { launch } from '../container/launch.ts'
import { thisMachine } from '../container/machine.ts'
import { connect } from '../container/network.ts'
import type { RunOptions } from '../container/options.ts'
import { type Places, places as placesHere } from '../container/places.ts'
import { startTime } from '../container/process-info.ts'
import { forget, type State, save } from '../container/state.ts'
import { noStdio, prepareStdio } from '../container/stdio.ts'
import { windowSize } from '../container/terminal.ts'
import { binarySize } from '../container/units.ts'
import { whileAdding } from '../image/layout.ts'
import { openStore } from '../image/store.ts'
import { type End, exitCode } from '../syscall/wait.ts'
import { findOrPull, type PullPolicy } from './find-or-pull.ts'
import { err } from './print.ts'

export interface RunRequest {
  readonly image: string
  readonly command: readonly string[]
  readonly options: RunOptions
  readonly pull: PullPolicy
  readonly platform: string | undefined
}

/** Run the container to its end. Returns the exit code of its first process. */
export async function runContainer(request: RunRequest): Promise<number> {
  const places = placesHere()
  const hierarchy = mountedHierarchy()
  const created = await create(places, request)
  const running = start(places, hierarchy, created, request.options)
  // a good moment to clear away what others left: our container is at work
  setImmediate(() => sweep(places, hierarchy))
  const end = await running.ended
  const state = finish(places, hierarchy, running.state, end)
  if (state.oomKilled) tellOom(created)
  return exitCode(end)
}

/** From an image to a folder on disk, which says that the container needs the image's layers. */
async function create(
  places: Places,
  { image: imageName, command, options, pull, platform }: RunRequest,
): Promise<Created> {
  const { imagesDir } = openStore(places.root)
  // until the folder is there, nobody may take the layers away
  using _held = existsSync(imagesDir) ? whileAdding(imagesDir) : undefined
  const image = await findOrPull(places.root, imageName, pull, platform)
  const designed = design({
    places,
    image,
    imageName,
    options,
    command,
    machine: thisMachine(),
    warn: (text) => err(`WARNING: ${text}`),
  })
  return establish(places, designed, options.name !== undefined)
}

interface Running {
  readonly state: State
  /** How the first process ended; by then all of its output has been written. */
  readonly ended: Promise<End>
}

/** From a folder on disk to a process. If that fails, nothing is left. */
function start(places: Places, hierarchy: Hierarchy, created: Created, options: RunOptions): Running {
  const { spec } = created
  using undo = new DisposableStack()
  undo.defer(() => forget(places, created.state.id, created.state.name))
  undo.defer(() => hierarchy.remove(spec.linux.cgroupsPath))
  for (const warning of hierarchy.create(spec.linux.cgroupsPath, spec.linux.resources).warnings)
    err(`WARNING: ${warning}`)
  const network = connect(options, spec.hostname ?? '')
  if (network.attachment) undo.defer(() => network.attachment?.close())
  for (const notice of network.notices) err(notice)
  writeFiles(places, created.state.id, network.files)
  const stdio = options.tty ? noStdio : prepareStdio(options.interactive, spec.process.user.uid)
  const launched = launch({
    spec,
    overlay: created.overlay,
    hierarchy,
    network: network.attachment,
    stdio,
    windowSize: windowSize(),
  })
  stdio.started()
  network.attachment?.close()
  const { pid } = launched
  const state: State = {
    ...created.state,
    pid,
    started: startTime(pid),
    startedAt: new Date().toISOString(),
    network: network.recorded,
  }
  save(places, state)
  undo.move()
  const impatient = () => err('gocker: the third request to end: the container is killed')
  return { state, ended: accompany(launched, stdio, options.interactive, impatient) }
}

function tellOom({ spec }: Created): void {
  const limit = spec.linux.resources.memory?.limit
  err(
    `gocker: the kernel killed a process of this container, because its memory was full${limit ? ` (limit ${binarySize(limit)})` : ''}: OOM, out of memory.\nGive it more with --memory, or find out what takes so much.`,
  )
}
