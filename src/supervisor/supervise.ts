// The life of a container that nobody waits for. Its supervisor is a process of its own: the parent of the container's
// first process, and so the only one to which the kernel tells how that ended. It holds the pipes or the terminal,
// writes the log, starts the container again if its policy says so, and notes and clears away at the end. What conmon is
// to Podman, and containerd-shim to containerd. While nothing happens it is a smaller program: nap.ts.
//
// If it is killed, the container dies with it (PR_SET_PDEATHSIG), and whoever comes next notes the end: sweep().

import { createServer, Socket } from 'node:net'
import { hierarchy as mountedHierarchy } from '../cgroup/hierarchy.ts'
import { type Places, places as placesHere } from '../container/places.ts'
import { start } from '../container/start.ts'
import { isRunning, load, update } from '../container/state.ts'
import { noStdio } from '../container/stdio.ts'
import { send } from '../container/stop.ts'
import { UserError } from '../container/user-error.ts'
import { call } from '../syscall/call.ts'
import { now } from '../syscall/clock.ts'
import * as C from '../syscall/constants.ts'
import { close, dup3, fcntl, openat } from '../syscall/file.ts'
import type { StartRequest } from './frame.ts'
import { live, type Post, type Run } from './live.ts'
import { type LogFile, logPath, openLog } from './log-file.ts'
import type { Handover } from './nap.ts'
import { openDoor } from './socket.ts'
import { endsOf, pipes } from './streams.ts'
import { visitors } from './visitors.ts'

/**
 * Supervise the container `id` until it has ended for good. Who started us is at our standard input: the first visitor.
 * @param handover what the supervisor left that this process was before its nap
 * @param program the command line that leads here
 */
export async function supervise(
  id: string,
  handover: Handover | undefined,
  program: readonly string[],
): Promise<void> {
  const places = placesHere()
  passOn(places, id)
  const asked = Promise.withResolvers<StartRequest | undefined>()
  let post: Post | undefined
  let first: Socket | undefined
  let endsInput = false
  const guests = visitors(({ kind, content }, visitor) => {
    if (kind === 'S') asked.resolve(JSON.parse(content.toString()))
    else if (kind === 'i') post?.streams?.input(content)
    else if (kind === 'e' && visitor === first && endsInput) post?.streams?.endInput()
    else if (kind === 'w') post?.streams?.resize(JSON.parse(content.toString()))
  })
  let request: StartRequest | undefined
  if (handover === undefined) {
    first = new Socket({ fd: lineFromStarter() })
    first.once('close', () => asked.resolve(undefined))
    guests.welcome(first)
    request = await asked.promise
    // whoever wanted it is gone
    if (request === undefined) return
    endsInput = request.endsInput
  }
  const door = handover?.door ?? openDoor(places, id)
  const server = createServer(guests.welcome).listen({ fd: door })
  post = { id, places, hierarchy: mountedHierarchy(), guests, log: logOf(places, id), door, program }
  const { windowSize = { rows: 24, columns: 80 } } = request ?? {}
  const end = await live(post, handover, () => begin(post, windowSize))
  await guests.farewell(typeof end === 'number' ? 'x' : '!', JSON.stringify(end))
  server.close()
  post.log?.close()
}

/** The line to who started us. No descriptor of ours may stay 0, 1 or 2: with those a new process begins. */
function lineFromStarter(): number {
  const line = call(fcntl(0, C.F_DUPFD_CLOEXEC, 3))
  const nothing = call(openat(C.AT_FDCWD, '/dev/null', C.O_RDONLY | C.O_CLOEXEC))
  call(dup3(nothing, 0))
  call(close(nothing))
  return line
}

function logOf(places: Places, id: string): LogFile | undefined {
  const options = load(places, id)?.options.log
  return options?.driver === 'none' ? undefined : openLog(logPath(places, id), options)
}

/** Start the container once. */
function begin({ id, places, hierarchy, guests }: Post, windowSize: StartRequest['windowSize']): Run {
  const state = load(places, id)
  if (state === undefined) throw new UserError(`No such container: ${id}`)
  const { tty, interactive } = state.options
  const stdio = tty ? noStdio : pipes(interactive)
  const since = now()
  const tell = (message: string) => guests.tell('n', message)
  const started = start(places, hierarchy, id, { stdio, windowSize, tell })
  guests.tell('s', String(started.pid))
  return { pid: started.pid, ends: endsOf(started, stdio), since, sockets: started.sockets }
}

/** SIGTERM to a supervisor is for its container. It comes when the machine goes down; people have `gocker stop`. */
function passOn(places: Places, id: string): void {
  process.on('SIGTERM', () => {
    const state = update(places, id, (before) => ({ ...before, shutDown: true }))
    if (state && isRunning(state)) send(state, state.options.stopSignal ?? 'SIGTERM')
  })
}
