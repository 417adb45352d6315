// The site as a function: an address → what lies there, made from the files as they are at that moment. build.ts asks for
// all addresses once, serve.ts for one whenever a browser does.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { type Book, readBook } from '../book.ts'
import { style as diagramStyle } from '../diagram/style.ts'
import { type Content, chapterPage } from './chapter.ts'
import { exercisePage } from './exercise.ts'
import { pageHtml } from './frame.ts'
import { frontPage } from './front.ts'
import { createHighlight } from './highlight.ts'
import { printPage } from './print.ts'
import { chapterUrl, exerciseUrl, type Place, placeOf, urlOf } from './routes.ts'
import { searchScript } from './search-index.ts'
import { newSheet, type Sheet } from './sheet.ts'
import { sourcePage } from './source.ts'

export interface Rendered {
  readonly body: string
  /** Pages that it links to, by their addresses. */
  readonly links: readonly string[]
  /** Sentences about links and quotations that lead nowhere. */
  readonly problems: readonly string[]
}

export interface Site {
  /** The pages of the book and what they need. Those of the sources are found by their links. */
  readonly start: () => readonly string[]
  /** undefined: there is no such page. */
  readonly render: (url: string) => Promise<Rendered | undefined>
}

/** @param root the folder that holds tutorial/ and the sources */
export async function openSite(root: string): Promise<Site> {
  const highlight = await createHighlight()
  const assets: Readonly<Record<string, () => string | Promise<string>>> = {
    'site.css': styles,
    'site.js': script,
    'search.js': () => searchScript(root, readBook(root)),
  }
  return {
    start: () => [...Object.keys(assets), ...addresses(root, readBook(root))],
    async render(url) {
      const asset = assets[url]
      if (asset) return { body: await asset(), links: [], problems: [] }
      const book = readBook(root)
      const place = placeOf(book, url)
      if (!place || (place.kind === 'source' && !existsSync(join(root, place.path)))) return undefined
      const sheet = newSheet(root, url, highlight)
      const body = pageHtml(book, url, contentOf(sheet, book, place))
      return { body, links: [...sheet.wanted], problems: sheet.problems }
    },
  }
}

function contentOf(sheet: Sheet, book: Book, place: Place): Content {
  switch (place.kind) {
    case 'front':
      return frontPage(sheet, book)
    case 'print':
      return printPage(sheet, book)
    case 'chapter':
      return chapterPage(sheet, place.chapter)
    case 'exercise':
      return exercisePage(sheet, place.chapter, place.exercise)
    case 'source':
      return sourcePage(sheet, book, place.path)
  }
}

function addresses(root: string, book: Book): string[] {
  const chapters = book.chapters.flatMap((chapter) => [
    chapterUrl(chapter),
    ...chapter.beside.map(({ path }) => urlOf(root, path)),
    ...chapter.exercises.map(exerciseUrl),
  ])
  return ['index.html', 'print.html', ...chapters]
}

const here = fileURLToPath(new URL('.', import.meta.url))

/** The style sheet, from its parts in the order of their names. */
function styles(): string {
  const folder = join(here, 'style')
  const parts = readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
  return [diagramStyle, ...parts].join('\n')
}

/** One classic script: a page opened from the disk cannot load modules. */
async function script(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'browser/main.js')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  })
  return outputFiles[0]!.text
}
