// A chapter in the terminal, or a page beside it: `npm run tutorial -- 5`, `8/attacks`. On a screen it comes with colours and in a pager, in a pipe as plain text.

import { type Book, type Chapter, home } from './book.ts'
import { type Rendered, render } from './terminal/blocks.ts'
import { findPager, page } from './terminal/pager.ts'
import { colorLevel, createPaint, terminalHasLinks } from './terminal/paint.ts'

/** Longer lines are hard to read. Code may be as wide as the screen. */
const widest = 90

/**
 * Show chapter `number`, or the way in.
 * @param options.section begin at this heading, named by its anchor: `the-idea`
 * @param options.beside not the chapter itself, but the page of this name beside it: `attacks`
 */
export async function showInTerminal(
  book: Book,
  number: number | undefined,
  options: { section?: string; beside?: string } = {},
): Promise<void> {
  const { stdout } = process
  const pager = stdout.isTTY ? findPager() : undefined
  const hasLinks = Boolean(stdout.isTTY && terminalHasLinks() && pager?.knowsLinks !== false)
  const { lines, sections } = renderChapter(book, number, {
    width: stdout.columns ?? (Number(process.env.COLUMNS) || 80),
    level: colorLevel(),
    hasLinks,
    beside: options.beside,
  })
  const first = startOf(sections, options.section)
  const isLong = lines.length >= (stdout.rows ?? 24)
  if (pager && isLong && (await page(pager, lines, first))) return
  const text = `${lines.slice(first).join('\n')}\n`
  await new Promise<void>((resolve) => stdout.write(text, () => resolve()))
}

export interface RenderOptions {
  readonly width: number
  readonly level?: 0 | 1 | 2 | 3
  readonly hasLinks?: boolean
  readonly root?: string
  readonly beside?: string
}

export function renderChapter(book: Book, number: number | undefined, options: RenderOptions): Rendered {
  const chapter =
    number === undefined ? book.intro : book.chapters.find((candidate) => candidate.number === number)
  if (!chapter) {
    const known = book.chapters.map((one) => one.number).join(', ')
    throw new Error(`There is no chapter ${number}; there are these: ${known}.`)
  }
  const page = options.beside === undefined ? chapter : pageBeside(chapter, options.beside)
  const paint = createPaint({ level: options.level ?? 0, hasLinks: options.hasLinks })
  const width = Math.min(options.width, widest)
  const setting = { paint, root: options.root ?? home, path: page.path, spare: options.width - width }
  return render(setting, page.markdown, width)
}

function pageBeside(chapter: Book['intro'] | Chapter, name: string) {
  const pages = 'beside' in chapter ? chapter.beside : []
  const page = pages.find((one) => one.name === name)
  if (page) return page
  const known = pages.map((one) => one.name).join(', ') || 'none'
  throw new Error(`There is no page ${name} beside this chapter; there are these: ${known}.`)
}

function startOf(sections: ReadonlyMap<string, number>, section: string | undefined): number {
  if (section === undefined) return 0
  const line = sections.get(section)
  if (line === undefined)
    throw new Error(`The chapter has no section "${section}"; it has: ${[...sections.keys()].join(', ')}.`)
  return line
}
