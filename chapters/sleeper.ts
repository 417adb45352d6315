// A program that does nothing, for the chapter on namespaces: what becomes of it, and what it costs, is the evidence.

import { readFileSync } from 'node:fs'
import { attempt } from '../src/syscall/call.ts'
import { clone } from '../src/syscall/clone.ts'
import * as C from '../src/syscall/constants.ts'
import { execve, kill, prctl } from '../src/syscall/process.ts'
import type { Syscall } from '../src/syscall/syscall.ts'
import { type End, poll, waitNow } from '../src/syscall/wait.ts'

export interface Sleeper {
  readonly pid: number
  /** How it has ended; undefined as long as it has not. */
  readonly look: () => End | undefined
}

/** A program that waits, to be ended by `owner`, and in any case when this process ends. */
export function sleeper(
  owner: DisposableStack,
  flags: number,
  calls: readonly Syscall[],
  environment: string[] = [],
): Sleeper {
  const untilWeEnd = prctl(C.PR_SET_PDEATHSIG, C.SIGKILL)
  const pid = clone(flags, [...calls, untilWeEnd, execve('/bin/sleep', ['sleep', '60'], environment)])
  let ended: End | undefined
  const look = () => {
    ended ??= poll(pid)
    return ended
  }
  owner.defer(() => {
    if (look()) return
    attempt(kill(pid, C.SIGKILL))
    waitNow(pid)
  })
  return { pid, look }
}

/** What is true at once, or becomes true in the next 200 ms. */
export function withinAMoment(isSo: () => unknown): boolean {
  const clock = new Int32Array(new SharedArrayBuffer(4))
  for (let tries = 0; tries < 20 && !isSo(); tries++) Atomics.wait(clock, 0, 0, 10)
  return Boolean(isSo())
}

/** Milliseconds and kilobytes for each of `count` containers. */
export function costOf(count: number, flags: number): { time: number; memory: number } {
  using ends = new DisposableStack()
  const start = performance.now()
  const pids = Array.from({ length: count }, () => sleeper(ends, flags, []).pid)
  const time = (performance.now() - start) / count
  const dirty = (pid: number) =>
    Number(/Private_Dirty: *(\d+)/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1])
  return { time, memory: pids.map(dirty).reduce((a, b) => a + b, 0) / count }
}
