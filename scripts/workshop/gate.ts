// The gate that each exercise of the course has passed: it fails as shipped, with a sentence that helps; its solution passes, also
// with a stray console.log in it; nothing passes that does no work. For one exercise: npm run workshop -- gate 05-2

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Exercise } from '../tutorial/book.ts'
import { startChecker } from './checker.ts'
import type { Outcome } from './outcome.ts'
import { idleAttempts, withStrayLogs } from './variants.ts'
import { writingFaults } from './writing.ts'

export interface Verdict {
  /** What is wrong with the exercise, each a sentence. None is a pass. */
  readonly faults: readonly string[]
  /** Why its checks could not run here. */
  readonly skipped?: string
}

interface Variant {
  readonly exercise: Exercise
  readonly source: string
  /** What is wrong, if this is what its check said. */
  readonly judge: (outcome: Outcome) => readonly string[]
  readonly kind: 'real' | 'disturbed' | 'idle'
}

/** Judge these exercises, by running the checks of all their variants in copies beside them. */
export async function gate(
  root: string,
  exercises: readonly Exercise[],
  onProgress: (done: number, of: number) => void = () => {},
): Promise<Map<string, Verdict>> {
  const faults = new Map(exercises.map((exercise) => [exercise.id, writingFaults(root, exercise)]))
  const skipped = new Map<string, string>()
  const variants = exercises.flatMap((exercise) => {
    try {
      return variantsOf(root, exercise)
    } catch (error) {
      faults.get(exercise.id)!.push(`it could not be read: ${(error as Error).message}`)
      return []
    }
  })
  using copies = copiesOf(root, variants)
  const outcomes = await checkAll(root, copies.checks, onProgress)
  for (const [path, outcome] of outcomes) {
    const { exercise, judge } = copies.checks.get(path)!
    const reason = outcome.tests.find(({ state }) => state === 'skipped')?.message
    if (reason !== undefined && outcome.state === 'skipped') {
      skipped.set(exercise.id, reason)
      if (exercise.needs === 'nothing')
        faults.get(exercise.id)!.push(`it says that it needs nothing, but a test is skipped: ${reason}`)
    } else {
      faults.get(exercise.id)!.push(...judge(outcome))
    }
  }
  return new Map(
    exercises.map(({ id }) => [id, { faults: distinct(faults.get(id)!), skipped: skipped.get(id) }]),
  )
}

const unsolved = 'solution.ts does not pass'
const disturbed = 'solution.ts does not pass once it has a console.log at its top and in each function'

/** What fails anyway is not the fault of a console.log. */
function distinct(faults: readonly string[]): string[] {
  const isUnsolved = faults.some((fault) => fault.startsWith(`${unsolved}:`))
  return [...new Set(faults)].filter((fault) => !isUnsolved || !fault.startsWith(disturbed))
}

/** The exercise and its solution are checked as a learner would; the many others in a faster way. */
async function checkAll(
  root: string,
  checks: Map<string, Variant>,
  onProgress: (done: number, of: number) => void,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>()
  for (const kind of ['real', 'disturbed', 'idle'] as const) {
    const files = [...checks].filter(([, variant]) => variant.kind === kind).map(([path]) => path)
    // idle attempts may wait for what never comes
    const timeout = kind === 'idle' ? 10_000 : 30_000
    const checker = startChecker({ root, timeout, isIsolated: kind === 'real' })
    try {
      await checker.check(files, (path, outcome) => {
        outcomes.set(path, outcome)
        onProgress(outcomes.size, checks.size)
      })
    } finally {
      checker.stop()
    }
  }
  return outcomes
}

function variantsOf(root: string, exercise: Exercise): Variant[] {
  const read = (name: string) => readFileSync(join(root, exercise.folder, name), 'utf8')
  const [shipped, solution] = [read('exercise.ts'), read('solution.ts')]
  const attempts = idleAttempts(shipped)
  if (attempts.size === 0)
    throw new Error('no TODO is in a function of exercise.ts, or right above one, or above a constant')
  return [
    { exercise, source: shipped, kind: 'real', judge: asShipped },
    { exercise, source: solution, kind: 'real', judge: passes(unsolved) },
    {
      exercise,
      source: withStrayLogs(solution),
      kind: 'disturbed',
      judge: passes(disturbed),
    },
    ...[...attempts].map(([attempt, source]) => ({
      exercise,
      source,
      kind: 'idle' as const,
      judge: (outcome: Outcome) =>
        outcome.state === 'passed' ? [`it is passed by doing nothing: ${attempt}`] : [],
    })),
  ]
}

function asShipped(outcome: Outcome): string[] {
  if (outcome.state === 'passed')
    return ['exercise.ts passes as it is. (Has it been solved here? npm run workshop -- reset goes back.)']
  if (outcome.trouble !== undefined && !/TODO/.test(outcome.trouble))
    return [`exercise.ts cannot even be run as shipped: ${outcome.trouble}`]
  return outcome.tests
    .filter(({ state }) => state === 'failed')
    .filter(({ message }) => !helps(message))
    .map(({ name, message }) => `as shipped, "${name}" fails with words that do not help: ${message}`)
}

/** A sentence, and not what a program says that stumbles. `expect(value, 'a sentence')` brings one into an assertion. */
export function helps(message: string): boolean {
  if (message.length < 20 || message.split(/\s+/).length < 4 || /\n\s+at /.test(message)) return false
  if (/\bundefined\b|Cannot (read|destructure)|is not (a function|iterable|defined)/.test(message))
    return false
  return !/^expected (true|false|null|NaN|-?[\d.]+|''|\[\]|\{\}) to /.test(message)
}

function passes(otherwise: string): Variant['judge'] {
  return (outcome) =>
    outcome.state === 'passed'
      ? []
      : outcome.trouble !== undefined
        ? [`${otherwise}: ${outcome.trouble}`]
        : outcome.tests
            .filter(({ state }) => state === 'failed')
            .map(({ name, message }) => `${otherwise}: "${name}": ${message}`)
            .concat(outcome.tests.length === 0 ? [`${otherwise}: check.test.ts has no tests`] : [])
}

/** Copies of the exercises' folders, beside them, for their imports are relative; each with its own exercise.ts. */
function copiesOf(root: string, variants: readonly Variant[]) {
  for (const { exercise } of variants) removeStale(dirname(join(root, exercise.folder)))
  const folders: string[] = []
  const remove = () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
  const onSignal = () => {
    remove()
    process.exit(130)
  }
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const checks = new Map<string, Variant>()
  for (const [index, variant] of variants.entries()) {
    const { folder, id } = variant.exercise
    const copy = join(root, dirname(folder), `.gate-${process.pid}-${id}-${index}`)
    folders.push(copy)
    cpSync(join(root, folder), copy, { recursive: true })
    writeFileSync(join(copy, 'exercise.ts'), variant.source)
    checks.set(join(copy, 'check.test.ts'), variant)
  }
  const dispose = () => {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    remove()
  }
  return { checks, [Symbol.dispose]: dispose }
}

/** Copies that were left by a gate which did not come to its end. */
function removeStale(folder: string): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const pid = /^\.gate-(\d+)-/.exec(name)?.[1]
    if (pid !== undefined && Number(pid) !== process.pid && !isAlive(Number(pid)))
      rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
