// The life of a container that `run` makes: image, folder, cgroup, network, process, end, clean-up.
//
// One that is removed at its end and has no terminal is our own child: with its end, all is over. Any other may outlive
// us, so it gets a supervisor, and we are a visitor.

import { existsSync, writeFileSync } from 'node:fs'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { hierarchy as mountedHierarchy } from '../cgroup/hierarchy.ts'
import { accompany } from '../container/accompany.ts'
import { establish } from '../container/create.ts'
import { type Created, design } from '../container/design.ts'
import { finish, sweep } from '../container/finish.ts'
import { thisMachine } from '../container/machine.ts'
import { forget } from '../container/named.ts'
import type { RunOptions } from '../container/options.ts'
import { type Places, places as placesHere } from '../container/places.ts'
import { start } from '../container/start.ts'
import { noStdio, prepareStdio } from '../container/stdio.ts'
import { windowSize } from '../container/terminal.ts'
import { binarySize } from '../container/units.ts'
import { ENGINE_FAILED, UserError } from '../container/user-error.ts'
import { outsideOf } from '../container/user-namespace.ts'
import { whileAdding } from '../image/layout.ts'
import { openStore } from '../image/store.ts'
import { release } from '../network/reserve.ts'
import { exitCode } from '../syscall/wait.ts'
import { findOrPull, type PullPolicy } from './find-or-pull.ts'
import { err } from './print.ts'

export interface CreateRequest {
  readonly image: string
  readonly command: readonly string[]
  readonly options: RunOptions
  readonly pull: PullPolicy
  readonly platform: string | undefined
  /** Without a word about a pull. */
  readonly quiet?: boolean
  /** Gets the id of the container. */
  readonly cidfile?: string
}

export type Attached = 'stdin' | 'stdout' | 'stderr'

export interface RunRequest extends CreateRequest {
  /** Do not wait for its end. */
  readonly detach: boolean
  /** Be the one who watches over it, whatever it is. */
  readonly here: boolean
  readonly detachKeys: string | undefined
  /** Of input, output and errors only these come and go. */
  readonly attach?: readonly Attached[]
}

/** Run the container to its end, or set it going. Returns the exit code for us. */
export async function runContainer(request: RunRequest): Promise<number> {
  const places = placesHere()
  const hierarchy = mountedHierarchy()
  const created = await create(places, request)
  const { options, detach, here, attach } = request
  if (here || (!detach && options.rm && !options.tty && !attach))
    return await runHere(places, hierarchy, created)
  const { runSupervised } = await import('./run-supervised.ts')
  return runSupervised(places, hierarchy, created, request)
}

/** From an image to a folder on disk, which says that the container needs the image's layers. */
export async function create(
  places: Places,
  { image: imageName, command, options, pull, platform, quiet, cidfile }: CreateRequest,
): Promise<Created> {
  if (cidfile !== undefined && existsSync(cidfile))
    throw new UserError(
      `container ID file found, make sure the other container isn't running or delete ${cidfile}`,
      ENGINE_FAILED,
    )
  const { imagesDir } = openStore(places.root)
  // until the folder is there, nobody may take the layers away
  using _held = existsSync(imagesDir) ? whileAdding(imagesDir) : undefined
  const image = await findOrPull(places.root, imageName, pull, platform, quiet)
  const designed = design({
    places,
    image,
    imageName,
    options,
    command,
    machine: thisMachine(),
    warn: (text) => err(`WARNING: ${text}`),
  })
  const created = establish(places, designed, options.name !== undefined)
  if (cidfile !== undefined) writeFileSync(cidfile, created.state.id)
  return created
}

async function runHere(places: Places, hierarchy: Hierarchy, created: Created): Promise<number> {
  const { options, id, name } = created.state
  using undo = new DisposableStack()
  undo.defer(() => forget(places, id, name))
  const stdio = options.tty
    ? noStdio
    : prepareStdio(options.interactive, outsideOf(created.spec, created.spec.process.user).uid)
  const started = start(places, hierarchy, id, { stdio, windowSize: windowSize(), tell: err })
  undo.move()
  // a good moment to clear away what others left: our container is at work
  setImmediate(() => sweep(places, hierarchy))
  const impatient = () => err('gocker: the third request to end: the container is killed')
  const end = await accompany(started, stdio, { interactive: options.interactive, impatient })
  const state = finish(places, hierarchy, started.state, end)
  release(started.sockets)
  if (state.oomKilled) tellOom(created)
  return exitCode(end)
}

export function tellOom({ spec }: Created): void {
  const limit = spec.linux.resources.memory?.limit
  err(
    `gocker: the kernel killed a process of this container, because its memory was full${limit ? ` (limit ${binarySize(limit)})` : ''}: OOM, out of memory.\nGive it more with --memory, or find out what takes so much.`,
  )
}
