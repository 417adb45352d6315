// The frame that all pages have: the bar at the top, the contents beside the text, the way to the next page below it.

import type { Book } from '../book.ts'
import type { Content } from './chapter.ts'
import { contentsOf } from './contents.ts'
import { attributes, escaped, splitTitle } from './html.ts'
import { chapterUrl, exerciseUrl, relativeUrl } from './routes.ts'

/** Runs before anything is painted: no flash of the wrong colours, and nothing shown that needs JavaScript without it. */
const first = `document.documentElement.classList.add('js')
try { document.documentElement.dataset.theme = localStorage.getItem('gocker-tutorial:theme') || 'system' } catch {}`

/** A container with two layers, drawn here, as a page asks for nothing from anywhere. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath fill='%23a5431c' d='M4 6h24v6H4zM4 14h24v4H4zM4 20h24v6H4z'/%3E%3C/svg%3E"

const drawn = (path: string) =>
  `<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`
const lines = drawn('M2 4h12M2 8h12M2 12h12')
const lens = drawn('M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.5 10.5 14 14')

export function pageHtml(book: Book, url: string, content: Content): string {
  const to = (target: string) => relativeUrl(url, target)
  const title = content.title === book.intro.title ? content.title : `${content.title} · ${book.intro.title}`
  const printed = url === 'print.html'
  const kind = printed
    ? 'printed'
    : url.startsWith('source/')
      ? 'file'
      : url === 'index.html'
        ? 'front'
        : 'text'
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${icon}">
<script>${first}</script>
<link rel="stylesheet" href="${to('site.css')}">
<script src="${to('site.js')}" defer></script>
</head>
<body class="${kind}" data-home="${to('index.html').replace(/index\.html$/, '')}">
<a class="skip" href="#main">Skip to the text</a>
<header class="bar">
${printed ? '' : `<button class="menu" type="button" popovertarget="contents">${lines}<span class="word">Contents</span></button>`}
<a class="home" href="${to('index.html')}">${escaped(book.intro.title)}</a>
<button class="open-search" type="button" aria-haspopup="dialog">${lens}<span class="word">Search</span> <kbd aria-hidden="true">/</kbd></button>
<button class="theme" type="button"></button>
</header>
<div class="columns">
${printed ? '' : contentsOf(book, url, content)}
<main id="main" tabindex="-1">
${content.main}
</main>
${printed ? '' : neighbours(book, url)}
</div>
<p class="spoken" role="status" id="said"></p>
</body>
</html>
`
}

interface Stop {
  readonly url: string
  readonly kind: string
  readonly title: string
}

/** The order in which one turns the pages. */
function stops(book: Book): Stop[] {
  return [
    { url: 'index.html', kind: 'Welcome', title: book.intro.title },
    ...book.chapters.flatMap((chapter) => [
      {
        url: chapterUrl(chapter),
        kind: `Chapter ${chapter.number}`,
        title: splitTitle(chapter.title).name,
      },
      ...chapter.exercises.map((exercise) => ({
        url: exerciseUrl(exercise),
        kind: `Exercise ${exercise.id}`,
        title: exercise.title,
      })),
    ]),
  ]
}

function neighbours(book: Book, url: string): string {
  const all = stops(book)
  const here = all.findIndex((stop) => stop.url === url)
  if (here < 0) return ''
  const link = (rel: string, stop?: Stop) =>
    stop
      ? `<a${attributes({ rel, href: relativeUrl(url, stop.url) })}><span class="kind">${escaped(stop.kind)}</span> <span class="title">${escaped(stop.title)}</span></a>`
      : ''
  return `<nav class="neighbours" aria-label="Pages">${link('prev', all[here - 1])}${link('next', all[here + 1])}</nav>`
}
