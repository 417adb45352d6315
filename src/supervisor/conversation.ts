// A visitor's side of the conversation with a supervisor: what can be asked, and what is told.

import { closeSync, openSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Places } from '../container/places.ts'
import { folder } from '../container/state.ts'
import type { WindowSize } from '../container/terminal.ts'
import { ENGINE_FAILED, UserError } from '../container/user-error.ts'
import { call } from '../syscall/call.ts'
import { clone } from '../syscall/clone.ts'
import * as C from '../syscall/constants.ts'
import { dup3 } from '../syscall/file.ts'
import { chdir } from '../syscall/mount.ts'
import { execve, setsid } from '../syscall/process.ts'
import { socketpair } from '../syscall/socket.ts'
import { decoder, encode, type StartFailure, type StartRequest } from './frame.ts'
import type { Stream } from './log-line.ts'
import { visit } from './socket.ts'

export interface Conversation {
  /** @returns the container's first process. @throws UserError if it could not be started */
  readonly start: (request: StartRequest) => Promise<number>
  readonly input: (bytes: Uint8Array) => void
  readonly endInput: () => void
  readonly resize: (size: WindowSize) => void
  /** Resolves with the exit code when the container has ended; with undefined if the supervisor is gone. */
  readonly ended: Promise<number | undefined>
  /** Hear no more. The container goes on. */
  readonly leave: () => void
}

export interface Listener {
  /** What the container wrote; a promise means: no more until then. */
  readonly output: (bytes: Buffer, stream: Stream) => Promise<void> | undefined
  readonly notice: (message: string) => void
}

/**
 * Start a supervisor for the container, in a session of its own, with nothing of ours but the line to us.
 * @param program the command line that leads to supervise(id), and where it is to be found
 */
export function engage(
  places: Places,
  id: string,
  program: readonly string[],
  listener: Listener,
): Conversation {
  const ends = new Int32Array(2)
  call(socketpair(C.AF_UNIX, C.SOCK_STREAM | C.SOCK_CLOEXEC, new Uint8Array(ends.buffer)))
  const [ours, theirs] = [ends[0]!, ends[1]!]
  const log = errorsOf(places, id)
  const [nothing, errors] = [openSync('/dev/null', 'r+'), openSync(log, 'a', 0o600)]
  try {
    // #region leave
    clone(0, [
      setsid(),
      dup3(theirs, 0),
      dup3(nothing, 1),
      dup3(errors, 2),
      chdir('/'),
      execve(program[0]!, program, environment()),
    ])
    // #endregion leave
  } finally {
    for (const fd of [theirs, nothing, errors]) closeSync(fd)
  }
  return converse(new Socket({ fd: ours }), listener, () => lastWords(log))
}

/** Visit the supervisor of a container that runs. @throws UserError if there is none */
export async function enter(places: Places, id: string, listener: Listener): Promise<Conversation> {
  try {
    return converse(await visit(places, id), listener, () => '')
  } catch {
    throw new UserError(`container ${id.slice(0, 12)} has no supervisor`)
  }
}

function errorsOf(places: Places, id: string): string {
  return join(folder(places, id), 'supervisor.log')
}

function lastWords(log: string): string {
  try {
    return readFileSync(log, 'utf8').trim()
  } catch {
    return ''
  }
}

/** Of what surrounds us, a supervisor needs no more than this; nothing of it comes near the container. */
function environment(): string[] {
  return ['PATH', 'HOME', 'XDG_CACHE_HOME', 'GOCKER_ROOT'].flatMap((name) =>
    process.env[name] === undefined ? [] : [`${name}=${process.env[name]}`],
  )
}

function converse(socket: Socket, listener: Listener, lastWords: () => string): Conversation {
  const started = Promise.withResolvers<number>()
  const ended = Promise.withResolvers<number | undefined>()
  // an error is only for those who ask for a start
  started.promise.catch(() => {})
  socket.on(
    'data',
    decoder(({ kind, content }) => {
      if (kind === '1' || kind === '2') {
        const busy = listener.output(content, kind === '1' ? 'stdout' : 'stderr')
        if (busy === undefined) return
        socket.pause()
        void busy.then(() => socket.resume())
      } else if (kind === 's') started.resolve(Number(content))
      else if (kind === 'n') listener.notice(content.toString())
      else if (kind === 'x') ended.resolve(JSON.parse(content.toString()))
      else if (kind === '!') {
        const { message, exitCode } = JSON.parse(content.toString()) as StartFailure
        started.reject(new UserError(message, exitCode))
      }
    }),
  )
  socket.on('error', () => socket.destroy())
  socket.once('close', () => {
    ended.resolve(undefined)
    started.reject(
      new UserError(`the supervisor ended before the container was started\n${lastWords()}`, ENGINE_FAILED),
    )
  })
  return {
    start: (request) => {
      socket.write(encode('S', JSON.stringify(request)))
      return started.promise
    },
    input: (bytes) => socket.write(encode('i', bytes)),
    endInput: () => socket.write(encode('e')),
    resize: (size) => socket.write(encode('w', JSON.stringify(size))),
    ended: ended.promise,
    leave: () => socket.destroy(),
  }
}
