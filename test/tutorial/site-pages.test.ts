// Every page of the built sites, of a book for the tests and of the real one: where the links lead, and whether a real
// browser shows it, from the disk and from a sub-folder of a web server, in three widths.

import { readdirSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { barriers } from './site/barriers.ts'
import { type BuiltBook, books, built, served } from './site/built.ts'
import { launch, missing } from './site/chromium.ts'
import { linksIn, repeatedIds } from './site/links.ts'

// some hundred pages in a browser: seconds on an idle machine
describe.each(Object.entries(books))('the site of %s', { timeout: 300_000 }, (name, root) => {
  const isFixture = name === 'the fixture'
  let browser: Browser
  let book: BuiltBook
  beforeAll(async () => {
    book = await built(root)
    if (!missing) browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    book?.remove()
  })

  it('has everything that is linked to, shown and quoted', () => {
    expect(book.problems).toEqual([])
    const { dead, count } = linksIn(book.folder)
    expect(dead).toEqual([])
    expect(count).toBeGreaterThan(isFixture ? 150 : 1500)
  })

  it('has each id once a page', () => {
    expect(repeatedIds(book.folder)).toEqual([])
  })

  it('opens from the disk: every page, in three widths', async ({ skip }) => {
    if (missing) skip(missing)
    const { count, wrong } = await openAll(browser, { book, base: book.fileUrl, widths: [360, 768, 1280] })
    expect(wrong).toEqual([])
    expect(count).toBeGreaterThan(isFixture ? 7 : 40)
  })

  it('opens from a sub-folder of a web server', async ({ skip }) => {
    if (missing) skip(missing)
    const { url, close } = await served(book.folder)
    const { wrong } = await openAll(browser, { book, base: url, widths: [] })
    close()
    expect(wrong).toEqual([])
  })

  it('has no chapter with a barrier that axe-core knows', async ({ skip }) => {
    if (missing) skip(missing)
    const page = await browser.newPage()
    const found: string[] = []
    const chapters = pagesOf(book).filter((one) => /^\d\d-[a-z][\w-]*\.html$/.test(one))
    for (const [at, chapter] of chapters.entries()) {
      await page.emulateMedia({ colorScheme: at % 2 === 0 ? 'light' : 'dark' })
      await page.goto(book.fileUrl + chapter)
      found.push(...(await barriers(page)))
    }
    expect(chapters.length).toBeGreaterThan(isFixture ? 1 : 8)
    expect(found).toEqual([])
  })
})

interface Opening {
  readonly book: BuiltBook
  readonly base: string
  readonly widths: readonly number[]
}

/** What is wrong with the pages: errors, requests to elsewhere or for what is not there, text wider than the window. */
async function openAll(browser: Browser, { book, base, widths }: Opening) {
  const page = await browser.newPage()
  const wrong: string[] = []
  let name = ''
  const say = (text: string) => wrong.push(`${name}: ${text}`)
  page.on('console', (message) => message.type() === 'error' && say(message.text()))
  page.on('pageerror', (error) => say(error.message))
  page.on('requestfailed', (request) => say(`failed: ${request.url()}`))
  page.on('response', (response) => response.ok() || say(`${response.status()} ${response.url()}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('data:')) say(`asks ${request.url()}`)
  })
  const names = pagesOf(book)
  for (name of names) {
    await page.goto(base + name)
    if ((await page.locator('h1').count()) === 0) say('no heading')
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 })
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
      if (wide > width) say(`${wide} pixels wide in a window of ${width}`)
    }
  }
  await page.close()
  return { count: names.length, wrong }
}

/** All pages of the book. Of the sources some are enough: they are all made in the same way. */
function pagesOf({ folder }: BuiltBook): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((page) =>
    page.endsWith('.html'),
  )
  const isSource = (page: string) => page.startsWith('source/')
  return [...all.filter((page) => !isSource(page)), ...all.filter(isSource).filter((_, at) => at % 50 === 0)]
}
