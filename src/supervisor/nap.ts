// When a supervisor takes a nap: nobody visits it, and the container has written nothing for a while. One that is woken
// soon after it fell asleep stays awake for longer the next time, for to start Node again costs more than to leave it.

import { attempt } from '../syscall/call.ts'
import { now } from '../syscall/clock.ts'
import { close } from '../syscall/file.ts'
import { pidfd_open } from '../syscall/process.ts'
import type { Post, Run } from './live.ts'
import { park } from './park.ts'

/** What a supervisor leaves to the one that it will be when it wakes up. */
export interface Handover extends Run {
  readonly door: number
  /** The last wait before a restart, in milliseconds. */
  readonly delay?: number
  /** How long to stay awake while nothing happens, in milliseconds. */
  readonly patience: number
  /** When the next probe of its health is due, by the clock of syscall/clock.ts. */
  readonly due?: number
  /** When it fell asleep, by the same clock. */
  readonly asleep: number
}

const shortest = 2_000
const longest = 120_000

export interface Nap {
  /** Something happened: begin to wait anew. */
  readonly notYet: () => void
  /** The container has ended. */
  readonly never: () => void
}

/** See to it that there will be a nap, if it is quiet for long enough. */
export function naps(post: Post, run: Run, delay: number | undefined, handover: Handover | undefined): Nap {
  const { id, places, guests, log, door, program } = post
  const patience = patienceAfter(handover)
  let last = now()
  const look = () => {
    const due = post.health?.due()
    const isProbed = post.health !== undefined && due === undefined
    if (guests.count() > 0 || post.streams?.isBusy() || isProbed) last = now()
    if (now() - last < patience) return
    clearInterval(timer)
    const pidfd = attempt(pidfd_open(run.pid))
    if (pidfd < 0) return
    log?.flush()
    const { pid, ends, since, sockets } = run
    const next: Handover = { pid, ends, since, sockets, door, delay, due, patience, asleep: now() }
    const streams = Object.entries(ends).filter(([, fd]) => fd !== undefined)
    park({
      wakers: [pidfd, door, ...streams.filter(([name]) => name !== 'input').map(([, fd]) => fd)],
      milliseconds: due === undefined ? undefined : due - now(),
      kept: [...streams.filter(([name]) => name === 'input').map(([, fd]) => fd), ...sockets],
      next: [...program, id, JSON.stringify(next)],
      env: Object.entries(process.env).map(([key, value]) => `${key}=${value}`),
      title: `gocker: waits for ${id.slice(0, 12)} in ${places.root}`,
    })
    attempt(close(pidfd))
  }
  const timer = setInterval(look, shortest / 4)
  return {
    notYet: () => {
      last = now()
    },
    never: () => clearInterval(timer),
  }
}

function patienceAfter(handover: Handover | undefined): number {
  if (handover === undefined) return shortest
  // it was the clock that woke it, and not the container
  if (handover.due !== undefined && now() >= handover.due) return handover.patience
  const slept = now() - handover.asleep
  return slept < 10 * handover.patience ? Math.min(2 * handover.patience, longest) : shortest
}
