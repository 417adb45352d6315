// How a child ended. The kernel says with SIGCHLD that one did, and wait4(2) which and how.

import { attempt } from './call.ts'
import * as C from './constants.ts'
import { errnoNumber } from './errno.ts'
import { SyscallError } from './error.ts'
import { wait4 } from './process.ts'

/** A process ends by itself with a status, or by a signal. */
export type End = { readonly exited: number } | { readonly signal: number }

/** What the status word of wait(2) means. */
export function decode(status: number): End {
  const signal = status & 0x7f
  return signal === 0 ? { exited: (status >> 8) & 0xff } : { signal }
}

/** The number a shell shows for it: the status, or 128 and the signal. */
export function exitCode(end: End): number {
  return 'exited' in end ? end.exited : 128 + end.signal
}

/** Has the child ended? undefined if it has not. */
export function poll(pid: number): End | undefined {
  const status = new Uint8Array(4)
  if (attempt(wait4(pid, status, C.WNOHANG)) !== pid) return undefined
  return decode(new Int32Array(status.buffer)[0]!)
}

/**
 * Wait until the child has ended, here and now: no JavaScript runs meanwhile.
 * @throws SyscallError if it is no child of ours, or not any more: ECHILD
 */
export function waitNow(pid: number): End {
  const status = new Uint8Array(4)
  const waiting = wait4(pid, status, 0)
  for (let found = 0; found !== pid; ) {
    found = attempt(waiting)
    if (found < 0 && found !== -errnoNumber('EINTR')) throw new SyscallError(waiting, -found)
  }
  return decode(new Int32Array(status.buffer)[0]!)
}

/** Wait until the child has ended, while this process goes on with other things. */
export function wait(pid: number): Promise<End> {
  return new Promise((resolve) => {
    // a listener for a signal keeps no process alive; a timer does
    const alive = setInterval(() => {}, 2 ** 31 - 1)
    const look = () => {
      const end = poll(pid)
      if (!end) return
      clearInterval(alive)
      process.off('SIGCHLD', look)
      resolve(end)
    }
    process.on('SIGCHLD', look)
    // it may have ended before anyone listened
    look()
  })
}
