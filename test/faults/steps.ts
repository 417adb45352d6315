// A command is driven to one of its steps (at-step.cjs), and killed there, or stopped until somebody else has done something.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { gockerWith, places, type Result, start, until } from '../cli/gocker.ts'

const preload = fileURLToPath(new URL('at-step.cjs', import.meta.url))
const stepsFile = join(places.root, 'steps')

/** FAULTS=all tries every step, FAULTS=30 so many of each command. */
const asked = process.env.FAULTS === 'all' ? Number.POSITIVE_INFINITY : Number(process.env.FAULTS ?? 0)

const at = (step: number, signal: NodeJS.Signals) => ({
  NODE_OPTIONS: `--require ${preload}`,
  AT_STEP: String(step),
  AT_STEP_SIGNAL: signal,
  STEPS_FILE: stepsFile,
})

/** The command is killed before this step. A process that it starts gets the same fate only if it inherits our environment. */
export function dyingAt(step: number, ...args: string[]): Promise<Result> {
  return gockerWith({ env: at(step, 'SIGKILL') }, ...args)
}

/** How many steps the command has when nobody kills it. */
export async function stepsOf(...args: string[]): Promise<number> {
  const { status, stderr } = await dyingAt(0, ...args)
  expect([status, stderr]).toEqual([0, ''])
  return Number(readFileSync(stepsFile, 'utf8'))
}

const supervisors = fileURLToPath(new URL('supervise-at-step.cjs', import.meta.url))
const atStep = join(places.root, 'at-step')

/** The supervisor of the container that the command makes or starts is killed before this step of its own. */
export async function supervisorDyingAt(step: number, ...args: string[]): Promise<Result> {
  rmSync(stepsFile, { force: true })
  writeFileSync(atStep, `${step} SIGKILL ${stepsFile}`)
  try {
    return await start(args, {}, [process.execPath, supervisors]).result
  } finally {
    rmSync(atStep)
  }
}

/** How many steps the supervisor has from its start to the container's end. */
export async function supervisorStepsOf(...args: string[]): Promise<number> {
  const { status, stderr } = await supervisorDyingAt(0, ...args)
  expect([status, stderr]).toEqual([0, ''])
  await until(() => existsSync(stepsFile))
  return Number(readFileSync(stepsFile, 'utf8'))
}

/** So many, evenly over the whole, with the first and the last; more of them if that was asked for. */
export function chosen(count: number, few = 6): number[] {
  const all = Array.from({ length: count }, (_, i) => i + 1)
  const most = Math.min(count, Math.max(few, asked))
  return all.length <= most
    ? all
    : Array.from({ length: most }, (_, i) => all[Math.round((i * (count - 1)) / (most - 1))]!)
}

/** How long somebody else may take who waits for the one that was stopped, in milliseconds. */
const patience = 400

/**
 * The command is stopped before this step; then `other` begins, and when that is done, or waits for the command, it goes on.
 * @returns what became of both
 */
export async function crossedAt<T>(
  step: number,
  args: readonly string[],
  other: () => Promise<T>,
): Promise<[Result, T]> {
  const command = start(args, { env: at(step, 'SIGSTOP') })
  const { pid } = command.process
  await until(() => isStopped(pid!) || command.process.exitCode !== null)
  const others = other()
  await Promise.race([others, setTimeout(patience)])
  command.process.kill('SIGCONT')
  return Promise.all([command.result, others])
}

function isStopped(pid: number): boolean {
  try {
    return /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}
