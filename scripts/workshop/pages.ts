// What the workshop says, as lines of text: of a check, a hint, a solution. The same for the screen and for plain commands.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { structuredPatch } from 'diff'
import type { Exercise } from '../tutorial/book.ts'
import { render } from '../tutorial/terminal/blocks.ts'
import type { Look, Paint } from '../tutorial/terminal/paint.ts'
import { wrap } from '../tutorial/terminal/wrap.ts'
import { complaint, type Outcome, skipReason } from './outcome.ts'
import { stubOf, textOf } from './shipped.ts'

/** Where the lines will be seen. */
export interface Place {
  readonly root: string
  readonly paint: Paint
  readonly width: number
}

/** What was printed may be long; its end is what is looked for. */
const printedLines = 10

/** What a check has found: the first thing that is wrong, and nothing else. */
export function outcomePage(place: Place, outcome: Outcome): string[] {
  const wrong = complaint(outcome)
  const passed = outcome.tests.filter(({ state }) => state === 'passed').length
  const count = `${passed} of ${outcome.tests.length} parts are done.`
  const lines: string[] = []
  if (wrong) {
    lines.push(...words(place, `✘ ${wrong.title}`, 'bad', 'strong'))
    lines.push(...words({ ...place, width: place.width - 2 }, wrong.message).map((line) => `  ${line}`))
    if (passed > 0) lines.push('', ...words(place, count, 'faint'))
  } else if (outcome.state === 'skipped') {
    lines.push(...words(place, `– It cannot be checked here: ${skipReason(outcome)}.`, 'notice'))
    if (passed > 0) lines.push(...words(place, count, 'faint'))
  } else lines.push(...words(place, '✔ Passed.', 'good', 'strong'))
  return [...lines, ...printedPart(place, outcome)]
}

function printedPart(place: Place, { printed }: Outcome): string[] {
  if (printed.trim() === '') return []
  const all = printed.trimEnd().split('\n')
  const shown = all.slice(-printedLines)
  const title = `Your code printed${all.length > shown.length ? `, in its last ${shown.length} of ${all.length} lines` : ''}:`
  const narrow = { ...place, width: place.width - 2 }
  const lines = shown.flatMap((line) => words(narrow, clean(line), 'faint'))
  return [
    '',
    ...words(place, title, 'faint'),
    ...lines.map((line) => `${place.paint.as('faint', '│')} ${line}`),
  ]
}

/** Without what would move the cursor or colour the screen. */
const clean = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  text.replaceAll(/\x1b\[[\d;?]*[a-zA-Z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]/g, '')

export const taskPage = (place: Place, exercise: Exercise) =>
  prose(place, `${exercise.folder}/README.md`, exercise.task)

/** @param level from 1 */
export function hintPage(place: Place, exercise: Exercise, level: number): string[] {
  const title = `Hint ${level} of ${exercise.hints.length}`
  const text = exercise.hints[level - 1] ?? 'There is no such hint.'
  return [place.paint.as('strong', title), '', ...prose(place, `${exercise.folder}/hints.md`, text)]
}

export const afterwardsPage = (place: Place, exercise: Exercise) =>
  prose(place, `${exercise.folder}/afterwards.md`, exercise.afterwards)

/** The solution, as what would have to be changed in the learner's file. */
export function solutionPage(place: Place, exercise: Exercise): string[] {
  const solution = readFileSync(join(place.root, exercise.folder, 'solution.ts'), 'utf8')
  const { hunks } = structuredPatch('', '', textOf(place.root, stubOf(exercise)) ?? '', solution)
  if (hunks.length === 0) return words(place, 'Yours is the same as the solution, to the letter.')
  const looks: Readonly<Record<string, Look[]>> = { '+': ['good'], '-': ['bad'], '\\': ['faint'] }
  const title = 'From yours (-) to one solution (+). There are others: the check is what counts.'
  return [
    ...words(place, title, 'faint'),
    ...hunks.flatMap(({ lines }) => [
      '',
      ...lines.flatMap((line) => code(place, line, looks[line[0]!] ?? [])),
    ]),
  ]
}

/** A line of code; what does not fit goes on below. */
function code({ paint, width }: Place, line: string, looks: readonly Look[]): string[] {
  const indent = line.slice(1).search(/\S|$/) + 1
  const hanging = ' '.repeat(Math.min(indent + 2, width >> 1))
  const [head, ...rest] = wrap(
    [{ text: line.trimEnd().slice(indent), looks }],
    Math.max(8, width - hanging.length),
  )
  const first = paint.spans([{ text: line.slice(0, Math.min(indent, hanging.length)), looks }, ...head!])
  return [first, ...rest.map((spans) => hanging + paint.spans(spans))]
}

function prose({ root, paint, width }: Place, path: string, markdown: string): string[] {
  return [...render({ root, paint, path, spare: 0 }, markdown, width).lines]
}

/** Plain text, line by line. */
export function words({ paint, width }: Place, text: string, ...looks: Look[]): string[] {
  return text.split('\n').flatMap((line) => {
    const indent = ' '.repeat(Math.min(line.search(/\S|$/), width >> 1))
    return wrap([{ text: line.trim(), looks }], width - indent.length).map(
      (spans) => indent + paint.spans(spans),
    )
  })
}
