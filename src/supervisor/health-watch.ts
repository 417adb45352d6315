// The probes of a container's health: a supervisor runs them, one after the other, and notes what they said. A probe that
// takes too long is killed.

import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { recordOf } from '../container/events.ts'
import { execIn } from '../container/exec.ts'
import { afterProbe, type HealthCheck, type Probe, pauseAfter, unknownHealth } from '../container/health.ts'
import type { Places } from '../container/places.ts'
import { load, loadSpec, type State, status, update } from '../container/state.ts'
import { attempt } from '../syscall/call.ts'
import { now } from '../syscall/clock.ts'
import { SIGKILL } from '../syscall/constants.ts'
import { kill } from '../syscall/process.ts'
import { exitCode, wait } from '../syscall/wait.ts'
import { emptied, pipes } from './streams.ts'

export interface HealthWatch {
  /** When the next probe is due, by the clock of syscall/clock.ts; undefined while one is under way. */
  readonly due: () => number | undefined
  readonly stop: () => void
}

const longestOutput = 4096

/** @param due when the next probe is due, if an earlier supervisor knew */
export function watchHealth(
  places: Places,
  hierarchy: Hierarchy,
  id: string,
  check: HealthCheck,
  since: number,
  due: number | undefined,
): HealthWatch {
  const stopped = new AbortController()
  let next: number | undefined = due ?? now() + pauseAfter(unknownHealth, check, 0)
  const go = async () => {
    while (!stopped.signal.aborted) {
      await setTimeout(Math.max(0, (next ?? 0) - now()), undefined, { signal: stopped.signal })
      const state = load(places, id)
      if (state === undefined) return
      const ran = now() - since
      let health = state.health ?? unknownHealth
      // one that is paused says nothing about itself
      if (status(state) === 'running') {
        next = undefined
        const probe = await run(places, hierarchy, state, check)
        if (stopped.signal.aborted) return
        const noted = update(places, id, (before) => ({
          ...before,
          health: afterProbe(before.health ?? unknownHealth, probe, check, ran),
        }))
        if (noted?.health && noted.health.status !== health.status)
          recordOf(places, noted, `health_status: ${noted.health.status}`)
        health = noted?.health ?? health
      }
      next = now() + pauseAfter(health, check, ran)
    }
  }
  go().catch((error: Error) => {
    if (error.name !== 'AbortError')
      process.stderr.write(`The health is not watched any more: ${error.message}\n`)
  })
  return { due: () => next, stop: () => stopped.abort() }
}

async function run(places: Places, hierarchy: Hierarchy, state: State, check: HealthCheck): Promise<Probe> {
  const start = new Date().toISOString()
  const ended = (exitCode: number, output: string): Probe => ({
    start,
    end: new Date().toISOString(),
    exitCode,
    output: output.slice(0, longestOutput),
  })
  const options = {
    args: check.test,
    interactive: false,
    tty: false,
    env: [],
    workdir: undefined,
    user: undefined,
  }
  const stdio = pipes(false)
  let pid: number
  try {
    const spec = loadSpec(places, state.id)
    ;({ pid } = execIn(state, spec, hierarchy, { ...options, stdio }, { rows: 24, columns: 80 }))
  } catch (error) {
    for (const fd of stdio.ours.values()) closeSync(fd)
    return ended(1, (error as Error).message)
  } finally {
    stdio.started()
  }
  try {
    let output = ''
    const sources = [...stdio.ours.values()].map((fd) => new Socket({ fd, readable: true, writable: false }))
    for (const from of sources) {
      from.on('data', (bytes) => {
        if (output.length < longestOutput) output += bytes.toString('utf8')
      })
      from.on('error', () => from.destroy())
    }
    let late = false
    const timer = globalThis.setTimeout(() => {
      late = true
      attempt(kill(pid, SIGKILL))
    }, check.timeout)
    const end = await wait(pid)
    clearTimeout(timer)
    await Promise.all(sources.map(emptied))
    for (const from of sources) from.destroy()
    if (late) return ended(-1, `Health check exceeded timeout (${check.timeout / 1000}s)`)
    return ended(exitCode(end), output)
  } catch (error) {
    return ended(1, (error as Error).message)
  }
}
