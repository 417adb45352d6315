// The supervisor of chapter 10, in a process of its own: `node watcher.ts ID ORDER`. It is the one of src/supervisor without
// a container around the program, and without all that is for people. It is started by 10-supervisor.ts.

import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { places as placesHere } from '../src/container/places.ts'
import { folder } from '../src/container/state.ts'
import { openLog } from '../src/supervisor/log-file.ts'
import { park } from '../src/supervisor/park.ts'
import { openDoor } from '../src/supervisor/socket.ts'
import { type Ends, endsOf, pipes, streamsOf } from '../src/supervisor/streams.ts'
import { visitors } from '../src/supervisor/visitors.ts'
import { call } from '../src/syscall/call.ts'
import { clone } from '../src/syscall/clone.ts'
import * as C from '../src/syscall/constants.ts'
import { dup3 } from '../src/syscall/file.ts'
import { chdir } from '../src/syscall/mount.ts'
import { execve, pidfd_open, prctl } from '../src/syscall/process.ts'
import { exitCode, wait } from '../src/syscall/wait.ts'

/** What it is to do. */
export interface Order {
  /** For a shell. */
  readonly script: string
  /** The program dies with us. */
  readonly wish: boolean
}

/** What is left to the one that it becomes when it wakes up. */
interface Handover {
  readonly pid: number
  readonly ends: Exclude<Ends, { terminal: number }>
  readonly door: number
}

/** In milliseconds: how long it stays awake while nothing happens. */
const patience = 300

const environment = ['PATH', 'GOCKER_ROOT'].map((name) => `${name}=${process.env[name] ?? ''}`)

/** Start the program, with pipes for what it writes. */
function begin({ script, wish }: Order, directory: string): Pick<Handover, 'pid' | 'ends'> {
  const stdio = pipes(false)
  const [input, output, errors] = stdio.ends
  const pid = clone(0, [
    ...(wish ? [prctl(C.PR_SET_PDEATHSIG, C.SIGKILL)] : []),
    dup3(input, 0),
    dup3(output, 1),
    dup3(errors, 2),
    chdir(directory),
    execve('/bin/sh', ['sh', '-c', script], environment),
  ])
  stdio.started()
  return { pid, ends: endsOf({ pid, master: undefined }, stdio) as Handover['ends'] }
}

// #region watch
/** Stay until the program has ended: write its log, tell whoever visits, sleep while nothing happens. */
async function watch(id: string, order: Order, handover: Handover | undefined): Promise<void> {
  const places = placesHere()
  const directory = folder(places, id)
  const guests = visitors(() => {})
  const door = handover?.door ?? openDoor(places, id)
  const server = createServer(guests.welcome).listen({ fd: door })
  const { pid, ends } = handover ?? begin(order, directory)
  const log = openLog(join(directory, 'log'))
  let last = Date.now()
  const streams = streamsOf(ends, {
    read: (bytes, stream) => {
      last = Date.now()
      log.write(bytes, stream)
      guests.tell(stream === 'stdout' ? '1' : '2', bytes)
      return guests.keepUp()
    },
    end: (stream) => log.end(stream),
  })
  const ended = wait(pid)
  const look = setInterval(() => {
    if (guests.count() > 0 || Date.now() - last < patience) return
    clearInterval(look)
    sleep(id, order, { pid, ends, door })
  }, 50)
  await streams.finished(ended)
  clearInterval(look)
  const code = String(exitCode(await ended))
  writeFileSync(join(directory, 'exit-code'), code)
  await guests.farewell('x', code)
  server.close()
}

/** Become a program that only waits, and this one again when something happens. */
function sleep(id: string, order: Order, handover: Handover): void {
  const { pid, ends, door } = handover
  const texts = [id, JSON.stringify(order), JSON.stringify(handover)]
  park({
    wakers: [call(pidfd_open(pid)), door, ends.output, ends.errors],
    kept: [],
    next: [process.execPath, ...process.execArgv, import.meta.filename, ...texts],
    env: environment,
    title: `waits for ${id}`,
  })
}
// #endregion watch

const [id, order, handover] = process.argv.slice(2)
await watch(id!, JSON.parse(order!), handover === undefined ? undefined : JSON.parse(handover))
