// The contents, beside every page: chapters, and of the one that is open its sections, its exercises and the pages beside
// it. On a narrow screen it is a popover, which the browser itself opens and closes.

import type { Book, Chapter } from '../book.ts'
import { type Content, chapterKey, ticked } from './chapter.ts'
import { attributes, escaped, splitTitle } from './html.ts'
import { readProse } from './prose.ts'
import { besideUrl, chapterUrl, exerciseUrl, relativeUrl } from './routes.ts'

export function contentsOf(book: Book, url: string, content: Content): string {
  const front = link(url, 'index.html', 'Welcome')
  const chapters = book.chapters.map((chapter) => {
    const label = `<span class="number">${chapter.number}</span> ${escaped(splitTitle(chapter.title).name)}`
    const open = chapter.slug === content.chapter?.slug
    return `<li${attributes({ class: open && 'open' })}>${link(url, chapterUrl(chapter), label, chapterKey(chapter))}${
      open ? inside(url, chapter) : ''
    }</li>`
  })
  return `<nav id="contents" popover aria-label="Contents"><ol class="chapters"><li>${front}</li>${chapters.join('\n')}</ol>
<p class="progress" data-progress hidden data-chapters="${book.chapters.map(chapterKey).join(' ')}" data-exercises="${book.chapters
    .flatMap(({ exercises }) => exercises.map(({ id }) => id))
    .join(' ')}"></p></nav>`
}

function inside(url: string, chapter: Chapter): string {
  const sections = readProse(chapter.path, chapter.markdown).sections.filter(
    ({ depth }) => depth === 2 || depth === 3,
  )
  const items = sections.map((section) => {
    const address = `${chapterUrl(chapter)}#${section.id}`
    const below = section.id === 'exercises' ? exercises(url, chapter) : ''
    return `<li class="depth-${section.depth}">${link(url, address, escaped(section.title))}${below}</li>`
  })
  const missing = sections.some(({ id }) => id === 'exercises') ? '' : exercises(url, chapter)
  const beside = chapter.beside.map(
    (page) => `<li class="depth-2">${link(url, besideUrl(page), escaped(page.title))}</li>`,
  )
  return `<ol class="sections">${[...items, ...beside].join('\n')}</ol>${missing}`
}

function exercises(url: string, { exercises }: Chapter): string {
  if (exercises.length === 0) return ''
  const items = exercises.map((exercise) => {
    const label = `<span class="number">${exercise.id}</span> ${escaped(exercise.title)}`
    return `<li>${link(url, exerciseUrl(exercise), label, exercise.id)}</li>`
  })
  return `<ol class="exercises">${items.join('\n')}</ol>`
}

function link(from: string, to: string, label: string, key?: string): string {
  const current = from === to ? 'page' : undefined
  return `<a${attributes({ href: relativeUrl(from, to), 'aria-current': current })}>${label}${key ? ticked(key) : ''}</a>`
}
