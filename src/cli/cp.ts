// gocker cp: files into a container, or out of it.

import { closeSync, openSync, writeSync } from 'node:fs'
import { Command } from 'commander'
import { archiveOf, copy, type Endpoint, findSource, unpack } from '../container/copy.ts'
import { recordOf } from '../container/events.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { loadSpec, type State } from '../container/state.ts'
import { humanSize } from '../container/units.ts'
import { UserError } from '../container/user-error.ts'
import { idShift, outsideOf } from '../container/user-namespace.ts'
import { openRoot } from '../container/view.ts'
import * as C from '../syscall/constants.ts'
import { err } from './print.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('cp')
    .description('Copy files/folders between a container and the local filesystem')
    .usage('[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tgocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH')
    .argument('<SRC_PATH>')
    .argument('<DEST_PATH>')
    .option('-a, --archive', 'Archive mode (copy all uid/gid information)', false)
    .option('-L, --follow-link', 'Always follow symbol link in SRC_PATH', false)
    .option(
      '-q, --quiet',
      'Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached',
    )
    .action(cp)
}

interface Flags {
  readonly archive: boolean
  readonly followLink: boolean
  readonly quiet?: boolean
}

async function cp(from: string, to: string, flags: Flags): Promise<void> {
  needRoot()
  const [source, target] = [split(from), split(to)]
  if (source.container !== undefined && target.container !== undefined)
    throw new UserError('copying between containers is not supported')
  if (source.container === undefined && target.container === undefined)
    throw new UserError('must specify at least one container source')
  const told = await (source.container !== undefined
    ? copyOut(source, to, flags)
    : copyIn(from, target, flags))
  const quiet = flags.quiet ?? !process.stdout.isTTY
  if (told && !quiet) err(`Successfully copied ${humanSize(told.bytes, 3)} to ${told.to}`)
}

interface Told {
  readonly bytes: number
  readonly to: string
}

async function copyOut(source: Word, to: string, { followLink }: Flags): Promise<Told | undefined> {
  using held = new DisposableStack()
  const state = find(places(), source.container!)
  const from = containerEnd(source, state, held)
  const found = findSource(from, followLink, held)
  recordOf(places(), state, 'archive-path', { path: from.path })
  if (to === '-') {
    for (const piece of archiveOf(found, from, idShift(loadSpec(places(), state.id)))) writeWhole(piece)
    return undefined
  }
  // what comes out belongs to whoever asked for it
  const bytes = await copy(found, from, hostEnd(to, held), () => undefined)
  return { bytes, to: absolute(to) }
}

async function copyIn(from: string, target: Word, { archive, followLink }: Flags): Promise<Told> {
  using held = new DisposableStack()
  const state = find(places(), target.container!)
  const spec = loadSpec(places(), state.id)
  const { root, process: program } = spec
  const to = { ...containerEnd(target, state, held), readOnlyRoot: root.readonly }
  // Docker gives it to the container's user then, and else to whoever has the same number as on the host
  const ownerOf = ({ uid, gid }: { uid: number; gid: number }) =>
    outsideOf(spec, archive ? program.user : { uid, gid })
  const source = hostEnd(from, held)
  const bytes =
    from === '-'
      ? await unpack(process.stdin, to, ownerOf)
      : await copy(findSource(source, followLink, held), source, to, ownerOf)
  recordOf(places(), state, 'extract-to-dir', { path: to.path })
  return { bytes, to: to.shown }
}

interface Word {
  readonly container?: string
  readonly path: string
}

/** `CONTAINER:PATH`; but what begins with `/` or `.` is a path of this host, whatever colons are in it. */
function split(word: string): Word {
  const at = word.indexOf(':')
  if (at > 0 && at === word.length - 1 && !word.startsWith('.') && !word.startsWith('/'))
    throw new UserError('bad parameter: path cannot be empty')
  if (word.startsWith('/') || word.startsWith('.') || at === -1) return { path: word }
  return { container: word.slice(0, at), path: word.slice(at + 1) }
}

function containerEnd({ container, path }: Word, state: State, held: DisposableStack): Endpoint {
  const inside = path.startsWith('/') ? path : `/${path}`
  return { root: openRoot(places(), state, held), path: inside, shown: `${container}:${inside}`, container }
}

function hostEnd(path: string, held: DisposableStack): Endpoint {
  const root = openSync('/', C.O_PATH | C.O_DIRECTORY | C.O_CLOEXEC)
  held.defer(() => closeSync(root))
  return { root, path: absolute(path), shown: path }
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `${process.cwd().replace(/\/$/, '')}/${path}`
}

function writeWhole(bytes: Buffer): void {
  for (let rest = bytes; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}
