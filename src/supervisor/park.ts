// Nothing to do for a while: the supervisor becomes a program that only waits (waiting-program.ts), and this one again
// when something happens. execve(2) changes the program and leaves the rest: the process id, so the container is still
// our child; the open descriptors; the signals that are ignored.

import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close, fcntl } from '../syscall/file.ts'
import { arch } from '../syscall/numbers.ts'
import { programOf } from '../syscall/program.ts'
import { become, programFile } from '../syscall/program-file.ts'
import { oneOf, syscall } from '../syscall/syscall.ts'
import { waitingCalls } from './waiting-program.ts'

export interface Parking {
  /** Wake up when something can be read from one of these. */
  readonly wakers: readonly number[]
  /** Or after so many milliseconds. */
  readonly milliseconds?: number
  /** These stay open, too. */
  readonly kept: readonly number[]
  /** What to become then: the command line of this program. */
  readonly next: readonly string[]
  readonly env: readonly string[]
  /** How ps(1) shows the one who waits. */
  readonly title: string
}

/** Returns only where it cannot be done, for example because files in memory may not be executed; all is as before then. */
export function park({ wakers, milliseconds, kept, next, env, title }: Parking): void {
  const program = programOf(waitingCalls(wakers, milliseconds, next, env), arch)
  const file = inMemory(program)
  if (file === undefined) return
  const open = [1, 2, ...wakers, ...kept]
  for (const fd of open) attempt(fcntl(fd, C.F_SETFD, 0))
  // the one who waits has no handlers: what would end it is for the container's command line, `gocker stop`
  const handlers = endingSignals.map((signal) => actionOf(signal, ignoring))
  become(file, title)
  attempt(close(file))
  for (const [i, signal] of endingSignals.entries()) actionOf(signal, handlers[i]!)
  for (const fd of open) attempt(fcntl(fd, C.F_SETFD, C.FD_CLOEXEC))
}

const endingSignals = [C.SIGHUP, C.SIGINT, C.SIGTERM]

function inMemory(program: Buffer): number | undefined {
  try {
    return programFile('gocker', program)
  } catch {
    return undefined
  }
}

/** struct kernel_sigaction: the handler, here SIG_IGN, and 24 bytes of flags and mask. */
const ignoring = Buffer.alloc(32)
ignoring.writeBigUInt64LE(1n)

/** Say what shall happen at a signal. @returns what would have happened before */
function actionOf(signal: number, action: Buffer): Buffer {
  const before = Buffer.alloc(32)
  attempt(syscall('rt_sigaction', oneOf('SIG', signal), action, before, 8))
  return before
}
