// The plain commands: one thing each, for scripts, for those who read line by line, and where there is no terminal.

import { join } from 'node:path'
import type { Book, Exercise } from '../tutorial/book.ts'
import { createPaint } from '../tutorial/terminal/paint.ts'
import { showInTerminal } from '../tutorial/terminal.ts'
import { startChecker } from './checker.ts'
import { UsageError } from './find.ts'
import { listLines } from './list.ts'
import { listed } from './model.ts'
import { missing } from './needs.ts'
import type { Outcome } from './outcome.ts'
import * as pages from './pages.ts'
import { keepProgress, readProgress, withPassed } from './progress.ts'
import { git, reset } from './shipped.ts'

const paint = createPaint()
const placeIn = (root: string): pages.Place => {
  const columns = process.stdout.columns ?? (Number(process.env.COLUMNS) || 80)
  return { root, paint, width: Math.min(columns, 90) }
}
const print = (lines: readonly string[]) => void process.stdout.write(`${lines.join('\n')}\n`)

/** @returns whether all have passed that can be checked here */
export async function check(root: string, exercises: readonly Exercise[]): Promise<boolean> {
  const place = placeIn(root)
  const checker = startChecker({ root })
  const stop = () => {
    checker.stop()
    process.exit(130)
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const byPath = new Map(exercises.map((one) => [join(root, one.folder, 'check.test.ts'), one]))
  const outcomes = await checker.check([...byPath.keys()], (path, outcome) => {
    const exercise = byPath.get(path)!
    print(report(place, exercise, outcome))
    if (outcome.state !== 'skipped') remember(root, exercise, outcome.state === 'passed')
  })
  checker.stop()
  process.off('SIGINT', stop).off('SIGTERM', stop)
  const count = (state: Outcome['state']) =>
    [...outcomes.values()].filter((one) => one.state === state).length
  const skipped = count('skipped')
  if (exercises.length > 1)
    print([
      '',
      `${count('passed')} of ${exercises.length} passed${skipped > 0 ? `, ${skipped} could not be checked here` : ''}.`,
    ])
  return count('passed') + skipped === exercises.length
}

function remember(root: string, { id }: Exercise, isPassed: boolean): void {
  try {
    keepProgress(root, withPassed(id, isPassed))
  } catch (error) {
    console.error(`This is not remembered: ${(error as Error).message}`)
  }
}

function report(place: pages.Place, { id, title }: Exercise, outcome: Outcome): string[] {
  const narrow = { ...place, width: place.width - 2 }
  const [first, ...rest] = pages.outcomePage(narrow, outcome)
  if (outcome.state === 'passed')
    return [`${paint.as('good', '✔')} ${id} ${title}`, ...rest.map((line) => `  ${line}`.trimEnd())]
  const mark = outcome.state === 'failed' ? paint.as('bad', '✘') : paint.as('notice', '–')
  return [`${mark} ${id} ${title}`, ...[first!, ...rest].map((line) => `  ${line}`.trimEnd())]
}

export function list(
  root: string,
  book: Book,
  exercises: readonly Exercise[],
  words: readonly string[],
): void {
  const shown = listed({ exercises, list: { query: words.join(' '), at: 0 } })
  if (shown.length === 0) throw new UsageError(`There is no exercise with "${words.join(' ')}" in its name.`)
  print(listLines(placeIn(root), book, readProgress(root), { shown }).lines)
}

export function hint(root: string, exercise: Exercise, level: string): void {
  const number = Number(level)
  const { id, hints } = exercise
  if (!Number.isInteger(number) || number < 1 || number > hints.length)
    throw new UsageError(`${id} has the hints 1 to ${hints.length}, and no hint ${level}.`)
  const next = number < hints.length ? ['', `The next one: npm run workshop -- hint ${id} ${number + 1}`] : []
  print([...pages.hintPage(placeIn(root), exercise, number), ...next])
}

export function task(root: string, exercise: Exercise): void {
  print(pages.taskPage(placeIn(root), exercise))
}

export function solution(root: string, exercise: Exercise): void {
  const place = placeIn(root)
  print([...pages.solutionPage(place, exercise), '', ...pages.afterwardsPage(place, exercise)])
}

export function resetThese(root: string, exercises: readonly Exercise[]): void {
  for (const exercise of exercises) {
    const backup = reset(root, exercise)
    if (backup) print([`${exercise.id}: yours is now ${backup}`])
  }
  print([
    exercises.length === 1
      ? `${exercises[0]!.id} is as it was shipped.`
      : `All ${exercises.length} are as they were shipped.`,
  ])
}

export async function open(book: Book, exercise: Exercise): Promise<void> {
  const chapter = book.chapters.find(({ exercises }) => exercises.includes(exercise))!
  await showInTerminal(book, chapter.number, { section: exercise.section })
}

/** Who has passed what, in one line: `alice 3/27 · 01:✔✔· 02:✔–`. */
export function reportLine(root: string, book: Book): string {
  const { passed } = readProgress(root)
  const mark = ({ id, needs }: Exercise) => (id in passed ? '✔' : missing(needs) ? '–' : '·')
  const chapters = book.chapters
    .filter(({ exercises }) => exercises.length > 0)
    .map(({ slug, exercises }) => `${slug.slice(0, 2)}:${exercises.map(mark).join('')}`)
  const all = book.chapters.flatMap(({ exercises }) => exercises)
  const done = all.filter(({ id }) => id in passed).length
  const name = git(root, ['config', 'user.name'])?.toString().trim() || process.env.USER || 'somebody'
  return `${name} ${done}/${all.length} · ${chapters.join(' ')}`
}
