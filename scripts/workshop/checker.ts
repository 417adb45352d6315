// Checks exercises, in a process that is started once and kept: see check-process.ts. Code that never ends is ended
// together with that process, and the rest goes on in a new one.

import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answer, Request } from './check-process.ts'
import { type Outcome, outcomeOf } from './outcome.ts'

export interface Checker {
  /** Run these checks (absolute paths of check.test.ts), one after the other. The outcomes, by path. */
  readonly check: (files: readonly string[], onOutcome?: OnOutcome) => Promise<Map<string, Outcome>>
  /** End what runs now, with all that it has started. `check` then ends with what it has. */
  readonly stop: () => void
  /** There is something newer to check: end what runs now, if it has had time enough. */
  readonly hurry: () => void
}

type OnOutcome = (file: string, outcome: Outcome) => void

export interface CheckerOptions {
  /** The project's folder. */
  readonly root: string
  /** After this many milliseconds a test has failed. */
  readonly timeout?: number
  /** Should each check have a process of its own? Without, many of them take a third of the time. */
  readonly isIsolated?: boolean
}

const program = fileURLToPath(new URL('check-process.ts', import.meta.url))
/** What a check may take, in milliseconds, when there is something newer. */
const enough = 3_000

export function startChecker({ root, timeout = 30_000, isIsolated = true }: CheckerOptions): Checker {
  let child: ChildProcess | undefined
  let startedAt: number | undefined
  let complaints = ''
  const start = () => {
    if (child) return child
    // detached: a process group of its own, to be ended whole. FORCE_COLOR would colour what the learner prints.
    const started = spawn(process.execPath, [program, root, isIsolated ? 'isolated' : 'shared'], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, VITEST: undefined },
    })
    started.once('exit', () => killGroup(started.pid!))
    started.stderr!.on('data', (bytes: Buffer) => {
      complaints = (complaints + bytes).slice(-4_000)
    })
    complaints = ''
    child = started
    return started
  }
  const stop = () => {
    if (child?.pid !== undefined) killGroup(child.pid)
    child = undefined
  }
  const hurry = () => {
    if (startedAt !== undefined && Date.now() - startedAt > enough) stop()
  }
  start()

  const check: Checker['check'] = async (files, onOutcome = () => {}) => {
    const outcomes = new Map<string, Outcome>()
    const add: OnOutcome = (file, outcome) => {
      outcomes.set(file, outcome)
      onOutcome(file, outcome)
    }
    let left = [...files]
    while (left.length > 0) {
      const end = await runIn(start(), { files: left, timeout }, add)
      if (end.how === 'stopped') return outcomes
      if (end.how !== 'done') stop()
      left = left.filter((file) => !outcomes.has(file))
      if (left.length === 0) break
      const culprit = end.during && left.includes(end.during) ? end.during : left[0]!
      const failed = end.how === 'unstarted' ? left : [culprit]
      const trouble = end.how === 'unstarted' ? notStarted(complaints) : troubles[end.how]
      for (const file of failed) add(file, outcomeOf([], trouble, ''))
      left = left.filter((file) => !failed.includes(file))
    }
    return outcomes
  }
  return { check, stop, hurry }

  /** Give the process some checks, and see how that ends. */
  function runIn(process: ChildProcess, request: Request, add: OnOutcome): Promise<End> {
    return new Promise((resolve) => {
      let during: string | undefined
      const finish = (how: End['how']) => {
        clearTimeout(watchdog)
        startedAt = undefined
        process.off('message', hear).off('close', gone)
        resolve({ how, during })
      }
      const hear = (answer: Answer) => {
        watchdog.refresh()
        if ('done' in answer) finish('done')
        else if ('begun' in answer) startedAt = Date.now()
        else if (answer.outcome) add(answer.file, answer.outcome)
        else {
          during = answer.file
          startedAt = Date.now()
        }
      }
      const gone = () =>
        finish(child !== process ? 'stopped' : startedAt === undefined ? 'unstarted' : 'gone')
      // a test that waits is failed by vitest itself; one that computes for ever cannot be
      const watchdog = setTimeout(() => finish('endless'), timeout + 10_000)
      process.on('message', hear).on('close', gone)
      process.send(request)
    })
  }
}

interface End {
  readonly how: 'done' | 'endless' | 'gone' | 'unstarted' | 'stopped'
  readonly during: string | undefined
}

const killed = 'What runs your code was gone all at once. Does the code kill its own process?'
const troubles = {
  // a worker of vitest that is killed is an error of vitest
  done: killed,
  endless: 'This does not come to an end. Is there a loop that never stops?',
  gone: killed,
}

function notStarted(complaints: string): string {
  const lines = complaints.trim().split('\n')
  const line = lines.find((one) => /^\w*Error\b/.test(one)) ?? lines.at(-1)
  return `The check could not be started${line ? `. ${line}` : '.'}`
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has gone by itself
  }
}
