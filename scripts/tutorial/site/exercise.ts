// The page of an exercise: the task, the file to edit, how to check it; hints, solution and what is worth knowing
// afterwards are folded, as nobody wants to see them too early.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Token } from 'marked'
import type { Chapter, Exercise } from '../book.ts'
import { codeBlock, codeFigure } from './blocks.ts'
import { type Content, opening, tick } from './chapter.ts'
import { escaped, splitTitle } from './html.ts'
import { toHtml } from './markdown.ts'
import { readProse, withoutTitle } from './prose.ts'
import { linkTo, type Sheet } from './sheet.ts'

export function exercisePage(sheet: Sheet, chapter: Chapter, exercise: Exercise): Content {
  const main = [
    exerciseTask(sheet, chapter, exercise),
    `<h2 id="start">The file to edit</h2>${file(sheet, `${exercise.folder}/exercise.ts`)}`,
    `<h2 id="check">Check it</h2>${checkCommand(sheet, exercise)}`,
    `<h2 id="hints">Hints</h2>`,
    ...exercise.hints.map((_, at) => folded(`Hint ${at + 1}`, hint(sheet, exercise, at))),
    `<h2 id="afterwards">When it is done</h2>`,
    folded('The solution', file(sheet, `${exercise.folder}/solution.ts`)),
    folded('Worth knowing now', afterwards(sheet, exercise)),
    tick(exercise.id, 'I have done this exercise'),
  ].join('\n')
  return { title: `${exercise.id} ${exercise.title}`, main, chapter }
}

/** What is to be done: on the exercise's page and in the printed book. */
export function exerciseTask(sheet: Sheet, chapter: Chapter, exercise: Exercise): string {
  const prose = readProse(`${exercise.folder}/README.md`, exercise.task)
  const back = `<a href="${linkTo(sheet, chapter.path, exercise.section)}">${chapter.number}. ${escaped(splitTitle(chapter.title).name)}</a>`
  const facts = [
    { name: 'Needs', html: escaped(exercise.needs) },
    { name: 'Chapter', html: back },
  ]
  return (
    opening(`Exercise ${exercise.id}`, exercise.title, facts) +
    toHtml(sheet, prose, task(withoutTitle(prose)))
  )
}

/** The line `Needs: …` stands in the head of the page already. */
const task = (tokens: readonly Token[]) =>
  tokens.filter(({ type, raw }) => type !== 'paragraph' || !/^Needs: .+\n*$/.test(raw))

export function hint(sheet: Sheet, exercise: Exercise, at: number): string {
  return toHtml(sheet, readProse(`${exercise.folder}/hints.md`, exercise.hints[at]!))
}

export function afterwards(sheet: Sheet, exercise: Exercise): string {
  return toHtml(sheet, readProse(`${exercise.folder}/afterwards.md`, exercise.afterwards))
}

export function file(sheet: Sheet, path: string): string {
  if (!existsSync(join(sheet.root, path))) {
    sheet.problems.push(`${path} is not there`)
    return ''
  }
  return codeFigure(sheet, readFileSync(join(sheet.root, path), 'utf8').trimEnd(), 'ts', { path })
}

const checkCommand = (sheet: Sheet, exercise: Exercise) =>
  codeBlock(
    sheet,
    exercise.folder,
    'console',
    `${exercise.needs.includes('root') ? '#' : '$'} npm run workshop -- check ${exercise.id}`,
  )

const folded = (title: string, html: string) =>
  `<details class="folded"><summary>${escaped(title)}</summary><div>${html}</div></details>`
