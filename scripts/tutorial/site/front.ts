// The front page: what tutorial/README.md says, with its list of chapters as cards. If it has none, the cards stand below.

import type { Token, Tokens } from 'marked'
import type { Book, Chapter } from '../book.ts'
import { type Content, chapterKey, goalOf, ticked } from './chapter.ts'
import { escaped, splitTitle } from './html.ts'
import { toHtml } from './markdown.ts'
import { isHeading, paragraph, plain, readProse, withoutTitle } from './prose.ts'
import { chapterUrl } from './routes.ts'
import type { Sheet } from './sheet.ts'

export function frontPage(sheet: Sheet, book: Book): Content {
  const prose = readProse(book.intro.path, book.intro.markdown)
  const tokens = withoutTitle(prose)
  const heading = tokens.findIndex(isHeading)
  const lead = heading < 0 ? tokens : tokens.slice(0, heading)
  const rest = tokens.slice(lead.length)
  const list = rest.findIndex(listsChapters)
  const main = `<header class="cover"><h1>${escaped(book.intro.title)}</h1>${toHtml(sheet, prose, lead)}${begin(book)}</header>
${toHtml(sheet, prose, rest.slice(0, Math.max(list, 0)))}
${cards(sheet, book, list >= 0 ? rest[list]! : undefined)}
${toHtml(sheet, prose, rest.slice(list + 1))}`
  return { title: book.intro.title, main }
}

/** A table or a list whose rows lead to the chapters. */
function listsChapters(token: Token): boolean {
  return /^(table|list)$/.test(token.type) && (token.raw.match(/\]\(\d\d-[\w-]+(\/|\))/g)?.length ?? 0) > 1
}

function begin(book: Book): string {
  const first = book.chapters[0]
  if (!first) return ''
  const exercises = book.chapters.flatMap((chapter) => chapter.exercises)
  return `<p class="begin"><a class="button" href="${chapterUrl(first)}" data-begin>Begin with chapter ${first.number}</a>
<a href="print.html">The whole book on one page</a></p>
<p class="progress" data-progress hidden data-chapters="${book.chapters.map(chapterKey).join(' ')}" data-exercises="${exercises.map(({ id }) => id).join(' ')}"></p>`
}

function cards(sheet: Sheet, book: Book, list?: Token): string {
  const items = book.chapters.map((chapter) => {
    const { name, about } = splitTitle(chapter.title)
    const count = chapter.exercises.length
    const done = chapter.exercises.map(({ id }) => `<i data-ticked-dot="${id}"></i>`).join('')
    const exercises =
      count === 0
        ? ''
        : `<p class="count">${count === 1 ? '1 exercise' : `${count} exercises`} <span class="dots" aria-hidden="true">${done}</span></p>`
    return `<li class="card"><p class="kind">${chapter.number}${ticked(chapterKey(chapter))}</p>
<h3><a href="${chapterUrl(chapter)}" data-chapter="${chapterKey(chapter)}">${escaped(name)}</a></h3>
${about && `<p class="about">${escaped(about)}</p>`}<div class="what">${whatOf(sheet, book, chapter, list)}</div>${exercises}</li>`
  })
  return items.length === 0 ? '' : `<ol class="cards">${items.join('\n')}</ol>`
}

/** What the table of the front page says about a chapter in its last column; else the chapter's own goal. */
function whatOf(sheet: Sheet, book: Book, chapter: Chapter, list?: Token): string {
  const row =
    list?.type === 'table'
      ? (list as Tokens.Table).rows.find((cells) => cells.some(({ text }) => text.includes(chapter.slug)))
      : undefined
  const cell = row?.findLast(({ text }) => !text.includes(chapter.slug))
  if (!cell || plain(cell.tokens).length < 12) return goalOf(sheet, readProse(chapter.path, chapter.markdown))
  return toHtml(sheet, readProse(book.intro.path, book.intro.markdown), [paragraph(cell.tokens)])
}
