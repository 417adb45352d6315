// The screen of the workshop: title and file above, what there is to say between, keys and progress below.

import { stripVTControlCharacters } from 'node:util'
import type { Look, Paint } from '../tutorial/terminal/paint.ts'
import { displayWidth, padded, truncated } from '../tutorial/terminal/width.ts'
import { listLines } from './list.ts'
import { following, listed, type Model } from './model.ts'
import { missing } from './needs.ts'
import * as pages from './pages.ts'
import type { Size } from './screen.ts'
import { isUntouched, stubOf } from './shipped.ts'

export interface View {
  readonly lines: readonly string[]
  /** How far the page can be scrolled, and by how much at once. */
  readonly furthest: number
  readonly step: number
}

const widest = 90

export function view(model: Model, { columns, rows }: Size, paint: Paint): View {
  // the last column stays empty: some terminals go on to the next line when it is written
  const width = Math.min(columns, widest) - 1
  const place: pages.Place = { root: model.root, paint, width }
  const top = model.list ? listTop(model, width, paint) : exerciseTop(model, width, paint)
  const air = rows >= 14 ? [''] : []
  const room = Math.max(1, rows - top.length - air.length - 3)
  const body = model.list ? listBody(model, place) : { lines: bodyLines(model, place), scroll: model.scroll }
  const furthest = Math.max(0, body.lines.length - room)
  const from = Math.max(0, Math.min(body.scroll - (model.list ? room >> 1 : 0), furthest))
  const shown = body.lines.slice(from, from + room)
  const lines = [
    ...top,
    ...air,
    ...shown,
    ...Array<string>(Math.max(0, room - shown.length)).fill(''),
    ruler(furthest - from, width, paint),
    keys(model, width, paint),
    bar(model, width, paint),
  ]
  // whatever the screen: a line that is too long would push all others down
  const fit = (line: string) =>
    displayWidth(line) > width ? truncated(stripVTControlCharacters(line), width) : line
  return { lines: lines.slice(-rows).map(fit), furthest, step: Math.max(1, room - 1) }
}

function exerciseTop(model: Model, width: number, paint: Paint): string[] {
  const { exercise } = model
  const [status, look] = statusOf(model)
  const title = truncated(`${exercise.id} ${exercise.title}`, width - displayWidth(status) - 1)
  const path = stubOf(exercise)
  const end = displayWidth(path) <= width ? path : `…${path.slice(path.length - width + 1)}`
  const left = padded(paint.as('title', title), width - displayWidth(status))
  return [left + paint.as(look, status), paint.as('faint', end)]
}

function statusOf(model: Model): [string, Look] {
  const { exercise, outcome, progress } = model
  const isPassed = outcome ? outcome.state === 'passed' : exercise.id in progress.passed
  if (isPassed && !isSlow(model)) return ['✔ passed', 'good']
  return missing(exercise.needs) ? [`– needs ${exercise.needs}`, 'notice'] : ['', 'faint']
}

function bodyLines(model: Model, place: pages.Place): string[] {
  const { exercise, page, hint } = model
  if (page === 'task') return pages.taskPage(place, exercise)
  if (page === 'hint') return pages.hintPage(place, exercise, hint)
  if (page === 'solution') return pages.solutionPage(place, exercise)
  if (page === 'keys') return helpLines.flatMap((line) => pages.words(place, line))
  if (page === 'end') return endLines(model, place)
  return resultLines(model, place)
}

/** The check, and below it what fits the moment: the task before anything is written, what is worth knowing once it is done. */
function resultLines(model: Model, place: pages.Place): string[] {
  const { exercise, outcome, root } = model
  if (!outcome || isSlow(model)) return pages.words(place, 'checking…', 'faint')
  const result = pages.outcomePage(place, outcome)
  if (outcome.state === 'passed') {
    const next = following(model)
    const where = next
      ? `Next (n): ${next.id} ${next.title}\n  ${stubOf(next)}`
      : 'That was the last one (n).'
    return [...result, '', ...pages.words(place, where), '', ...pages.afterwardsPage(place, exercise)]
  }
  if (!isUntouched(root, exercise)) return result
  return [...result, '', place.paint.as('faint', '─'.repeat(place.width)), ...pages.taskPage(place, exercise)]
}

/** A check that takes its time: what the one before it has found is old by now. */
const isSlow = ({ checkingSince }: Model) => checkingSince !== undefined && Date.now() - checkingSince > 1_000

function endLines({ exercises, progress }: Model, place: pages.Place): string[] {
  const open = exercises.filter(({ id }) => !(id in progress.passed))
  const skipped = open.filter(({ needs }) => missing(needs))
  const text =
    open.length === 0
      ? `All ${exercises.length} exercises are done. You have built a container engine.`
      : `All are done that can be done here. ${skipped.length} need another machine, or root: ${skipped.map(({ id }) => id).join(', ')}.`
  return pages.words(place, text, 'good')
}

const helpLines = [
  'n  the next exercise        p  the one before',
  'h  a hint, then the next    t  the task',
  'o  read the chapter, at the section it belongs to',
  's  the solution, as a difference from yours',
  'r  reset exercise.ts (yours is kept)',
  'l  the list: type to search, Enter opens',
  'c  check again (saving does it, too)',
  '↑ ↓ and Space scroll, Esc goes back to the check',
  'q  quit',
]

function listTop(model: Model, width: number, paint: Paint): string[] {
  const query = model.list!.query
  const title = query === '' ? 'All exercises (type to search)' : `Search: ${query}`
  return [paint.as('title', truncated(title, width))]
}

function listBody(model: Model, place: pages.Place): { lines: string[]; scroll: number } {
  const { lines, rowOf } = listLines(place, model.book, model.progress, {
    shown: listed(model),
    selected: listed(model)[model.list!.at],
  })
  if (lines.length === 0) return { lines: pages.words(place, 'There is none like that.', 'faint'), scroll: 0 }
  return { lines, scroll: rowOf(listed(model)[model.list!.at]) }
}

function ruler(below: number, width: number, paint: Paint): string {
  const more = below > 0 ? ` ↓ ${below} more ` : ''
  return paint.as('faint', truncated(`${'─'.repeat(Math.max(0, width - more.length - 2))}${more}──`, width))
}

const exerciseKeys = [
  'n next',
  'h hint',
  'l list',
  't task',
  'o read',
  's solution',
  'r reset',
  'q quit',
  '? keys',
]
const listKeys = ['Enter open', 'Esc back', 'Ctrl-R reset all']

/** As many as there is room for; the rest is behind `?`. */
function keys({ question, note, list }: Model, width: number, paint: Paint): string {
  if (question) return paint.as('notice', `${truncated(question.text, width - 8)} (y/n) `)
  if (note !== undefined) return paint.as('notice', truncated(note, width))
  const all = list ? listKeys : exerciseKeys
  const size = (shown: readonly string[]) => shown.join('  ').length
  let shown = all
  while (shown.length > 2 && size(shown) > width) shown = [...shown.slice(0, -2), shown.at(-1)!]
  return shown.map((key) => key.replace(/^\S+/, (name) => paint.as('strong', name))).join('  ')
}

function bar({ exercises, progress, exercise, checkingSince }: Model, width: number, paint: Paint): string {
  const done = exercises.filter(({ id }) => id in progress.passed).length
  const count = ` ${done}/${exercises.length}`
  const seconds = checkingSince === undefined ? 0 : Math.floor((Date.now() - checkingSince) / 1000)
  const elapsed = seconds >= 2 ? ` ${seconds} s` : ''
  const hint = seconds >= 10 ? ': a loop without end?' : ''
  const status = checkingSince === undefined ? exercise.id : `checking…${elapsed}${hint}`
  const length = Math.max(4, Math.min(40, width - count.length - 14 - hint.length))
  const full = Math.round((length * done) / exercises.length)
  const drawn = paint.as('good', '█'.repeat(full)) + paint.as('faint', '░'.repeat(length - full))
  return `${drawn}${count}  ${paint.as('strong', truncated(status, Math.max(1, width - length - count.length - 2)))}`
}
