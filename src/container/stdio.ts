// The container's standard input, output and error, when it has no terminal of its own.
//
// A pipe, or a file for output, is handed on as it is: byte for byte, at full speed. With these we stand between, with a pipe:
//   a file for input: it is open for reading only, but the container's root could open /proc/self/fd/0 for writing;
//   a terminal: its owner could be sent commands through it (TIOCSTI), and programs would take it for theirs;
//   a socket, as Node and systemd give it to programs: /dev/stdout could not be opened, as many images do;
//   whatever is root's, for a user who is not root: neither could that user open it.

import { closeSync, fstatSync, openSync } from 'node:fs'
import type { Socket } from 'node:net'
import * as C from '../syscall/constants.ts'
import { makePipe } from '../syscall/pipe.ts'
import { isTerminal } from './terminal.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

type Place = 0 | 1 | 2
const places = ['standard input', 'standard output', 'standard error'] as const

export interface Stdio {
  /** What the child shall have as 0, 1, 2; -1 stands for our own. */
  readonly ends: readonly [number, number, number]
  /** Which of them are pipes of ours. */
  readonly pipes: readonly Place[]
  /** Our ends of these pipes. */
  readonly ours: ReadonlyMap<Place, number>
  /** The child has its ends: close them here. */
  readonly started: () => void
}

/**
 * @param interactive `-i`: the container reads our input; else it reads the end of a file at once
 * @param uid the user in the container
 */
export function prepareStdio(interactive: boolean, uid: number): Stdio {
  const ends: [number, number, number] = [-1, -1, -1]
  const ours = new Map<Place, number>()
  for (const place of [0, 1, 2] as const) {
    if (place === 0 && !interactive) {
      ends[0] = openSync('/dev/null', 'r')
    } else if (!canBeHandedOn(place, uid)) {
      const [reading, writing] = makePipe()
      ends[place] = place === 0 ? reading : writing
      ours.set(place, place === 0 ? writing : reading)
    }
  }
  return {
    ends,
    pipes: [...ours.keys()],
    ours,
    started: () => {
      for (const fd of ends) if (fd !== -1) closeSync(fd)
    },
  }
}

function canBeHandedOn(place: Place, uid: number): boolean {
  const { mode, uid: owner } = fstatSync(place)
  const kind = mode & C.S_IFMT
  // from there all of the host could be reached: cd /proc/self/fd/0
  if (kind === C.S_IFDIR) throw new UserError(`${places[place]} is a directory`, ENGINE_FAILED)
  if (kind === C.S_IFSOCK || (kind === C.S_IFREG && place === 0)) return false
  if (kind === C.S_IFCHR) return !isTerminal(place)
  return uid === 0 || uid === owner
}

/** Nothing to hand on: a terminal takes the place of all three. */
export const noStdio: Stdio = { ends: [-1, -1, -1], pipes: [], ours: new Map(), started: () => {} }

/** Nobody reads what it writes, and nothing comes in. */
export function nullStdio(): Stdio {
  const fd = openSync('/dev/null', 'r+')
  return { ends: [fd, fd, fd], pipes: [], ours: new Map(), started: () => closeSync(fd) }
}

/**
 * Carry bytes between our own ends and the pipes.
 * @param ended resolves when the program has ended: what it wrote is in the pipes by then
 * @returns resolves when all of its output is written. A program that it left behind may still hold the pipe; that
 *   one is not waited for
 */
export async function pump({ ours }: Stdio, ended: Promise<unknown>): Promise<void> {
  if (ours.size === 0) return
  const { Socket } = await import('node:net')
  const input = ours.get(0)
  if (input !== undefined) {
    const into = new Socket({ fd: input, readable: false, writable: true })
    into.on('error', () => process.stdin.unpipe(into))
    // with `end`, Node looks whether this is process.stdout: that makes it, and makes a pipe non-blocking that the program
    // has as well. Its write that finds no room would fail then
    process.stdin.once('end', () => into.end()).pipe(into, { end: false })
    // the input may go on for ever; it does not keep us once the program has ended. A file's stream has no such handle
    process.stdin.unref?.()
  }
  const carry = async (place: 1 | 2) => {
    const fd = ours.get(place)
    if (fd === undefined) return
    const from = new Socket({ fd, readable: true, writable: false })
    const to = place === 1 ? process.stdout : process.stderr
    from.pipe(to, { end: false })
    // who read it is gone: the program learns of it at its next write, as if it wrote there itself
    to.on('error', () => from.destroy())
    const closed = new Promise<void>((resolve) => from.once('close', resolve))
    await Promise.race([closed, ended.then(() => emptied(from, to))])
    from.destroy()
  }
  await Promise.all([carry(1), carry(2)])
}

/** Wait until a whole turn of the event loop brought nothing, although there was room for it. */
async function emptied(from: Socket, to: NodeJS.WriteStream): Promise<void> {
  for (let read = -1; read !== from.bytesRead || from.readableLength > 0 || to.writableNeedDrain; ) {
    if (to.writableNeedDrain) await new Promise((resolve) => to.once('drain', resolve))
    read = from.bytesRead
    // the first may come in this turn, before anything is read
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
  }
}
