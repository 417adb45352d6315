// Processes that may outlive the experiment that has started them, for the chapter on the supervisor. All are ended with this
// program, whether it comes to its end or not.

import { readSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { attempt, call } from '../src/syscall/call.ts'
import { clone } from '../src/syscall/clone.ts'
import * as C from '../src/syscall/constants.ts'
import { close, dup3, ioctl } from '../src/syscall/file.ts'
import { makePipe } from '../src/syscall/pipe.ts'
import { execve, kill, prctl } from '../src/syscall/process.ts'
import type { Syscall } from '../src/syscall/syscall.ts'
import { type End, waitNow } from '../src/syscall/wait.ts'

export const environment = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']
/** Whoever may outlive the experiment that has started it. */
export const alive = new Set<number>()
process.on('exit', () => {
  for (const pid of alive) attempt(kill(pid, C.SIGKILL))
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** What an experiment starts goes with this program. */
export const wish = prctl(C.PR_SET_PDEATHSIG, C.SIGKILL)
export const shell = (script: string) => [wish, execve('/bin/sh', ['sh', '-c', script], environment)]

/** As clone() does; whoever is started is ended with this program, at the latest. */
export function start(flags: number, calls: readonly Syscall[]): number {
  const pid = clone(flags, calls)
  alive.add(pid)
  return pid
}

/** Wait for its end. */
export function endOf(pid: number): string {
  const end = waitNow(pid)
  alive.delete(pid)
  return inWords(end)
}

export const inWords = (end: End) =>
  'exited' in end ? `ended by itself, exit code ${end.exited}` : `killed by signal ${end.signal}`

/** A process whose output is a pipe, of which we hold the end to read from. */
export function withPipe(script: string, more: readonly Syscall[] = []): { pid: number; reading: number } {
  const [reading, writing] = makePipe()
  const pid = start(0, [dup3(writing, 1), ...more, ...shell(script)])
  call(close(writing))
  return { pid, reading }
}

/** The first line that comes. */
export function line(fd: number): string {
  const bytes = Buffer.alloc(4096)
  return bytes.toString('utf8', 0, readSync(fd, bytes)).split('\n')[0]!
}

/** The number of bytes that wait in a pipe. */
export function waiting(fd: number): number {
  const count = new Uint8Array(4)
  call(ioctl(fd, C.TIOCINQ, count))
  return new Int32Array(count.buffer)[0]!
}

/** Look until there is something to see. @throws Error after 20 seconds */
export async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    const found = look()
    if (found !== undefined && found !== false) return found
    await setTimeout(10)
  }
  throw new Error('What should have happened has not happened within 20 seconds.')
}
