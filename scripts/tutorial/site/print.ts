// The whole book on one page, to be printed or to be read in one go: chapters with their exercises, and at the end the hints
// and solutions, where one has to turn pages to see them.

import type { Book, Chapter, Exercise } from '../book.ts'
import { type Content, chapterArticle } from './chapter.ts'
import { afterwards, exerciseTask, file, hint } from './exercise.ts'
import { escaped } from './html.ts'
import { toHtml } from './markdown.ts'
import { readProse, withoutTitle } from './prose.ts'
import { chapterUrl, exerciseUrl } from './routes.ts'
import { linkTo, type Sheet } from './sheet.ts'

export function printPage(sheet: Sheet, book: Book): Content {
  const intro = readProse(book.intro.path, book.intro.markdown)
  const exercises = book.chapters.flatMap((chapter) => chapter.exercises)
  const main = [
    `<header class="cover" id="index"><h1>${escaped(book.intro.title)}</h1>${toHtml(sheet, intro, withoutTitle(intro))}</header>`,
    contents(book),
    ...book.chapters.map((chapter) => chapterPart(sheet, chapter)),
    exercises.length === 0 ? '' : answersPart(sheet, exercises),
  ].join('\n')
  return { title: book.intro.title, main }
}

function contents(book: Book): string {
  const items = book.chapters.map(
    ({ number, slug, title }) => `<li value="${number}"><a href="#${slug}">${escaped(title)}</a></li>`,
  )
  return `<nav class="part" aria-label="Contents"><h2>Contents</h2><ol>${items.join('')}</ol></nav>`
}

function chapterPart(sheet: Sheet, chapter: Chapter): string {
  const tasks = chapter.exercises.map(
    (exercise) =>
      `<section class="exercise" id="${stem(exerciseUrl(exercise))}">${exerciseTask(sheet, chapter, exercise)}<p><a href="#${stem(exerciseUrl(exercise))}.hints">Hints and solution</a></p></section>`,
  )
  return `<article class="part" id="${stem(chapterUrl(chapter))}">${chapterArticle(sheet, chapter)}${tasks.join('\n')}</article>`
}

function answersPart(sheet: Sheet, exercises: readonly Exercise[]): string {
  const parts = exercises.map((exercise) => {
    const id = stem(exerciseUrl(exercise))
    const hints = exercise.hints.map((_, at) => `<h3>Hint ${at + 1}</h3>${hint(sheet, exercise, at)}`)
    return `<section class="answer"><h2 id="${id}.hints">${exercise.id} <a href="${linkTo(sheet, exercise.folder)}">${escaped(exercise.title)}</a></h2>
${hints.join('\n')}<h3>Solution</h3>${file(sheet, `${exercise.folder}/solution.ts`)}
<h3 id="${id}.afterwards">When it is done</h3>${afterwards(sheet, exercise)}</section>`
  })
  return `<article class="part answers"><h1>Hints and solutions</h1>${parts.join('\n')}</article>`
}

const stem = (url: string) => url.replace('.html', '')
