// What a reader does with the site, in a real browser: search, copy, turn pages, tick, read in the dark, without a mouse,
// without JavaScript.

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { barriers } from './site/barriers.ts'
import { type BuiltBook, built, fixtureBook, served } from './site/built.ts'
import { launch, missing } from './site/chromium.ts'

describe('a reader', () => {
  let browser: Browser
  let book: BuiltBook
  let server: Awaited<ReturnType<typeof served>>
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    if (missing) return
    book = await built(fixtureBook)
    server = await served(book.folder)
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    book?.remove()
  })
  beforeEach(async ({ skip }) => {
    if (missing) skip(missing)
    await context?.close()
    context = await browser.newContext({ colorScheme: 'light' })
    context.setDefaultTimeout(8000)
    page = await context.newPage()
  })

  const open = (name: string, base = server.url) => page.goto(base + name)
  const paper = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
  const isDark = async () => Number(/\d+/.exec(await paper())?.[0]) < 128
  const address = () => page.url().slice(page.url().lastIndexOf('/') + 1)

  it.each(['server', 'disk'])(
    'finds a section and goes there, with the keyboard alone (%s)',
    async (from) => {
      await open('01-boxes.html', from === 'disk' ? book.fileUrl : server.url)
      await page.keyboard.press('/')
      await page.keyboard.type('zebra')
      await page.locator('dialog li a').first().waitFor()
      expect(await page.locator('dialog li').allInnerTexts()).toEqual([
        expect.stringMatching(/^2\. Lids\s*The idea/),
      ])
      expect(await page.locator('dialog mark').allInnerTexts()).toEqual(['zebra'])
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await page.waitForURL('**/02-lids.html#the-idea')
    },
  )

  it('takes the first result with Enter, is told when there is none, and leaves with Escape', async () => {
    await open('index.html')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.keyboard.type('xylophone')
    await page.getByText('Nothing. Fewer letters find more.').waitFor()
    await page.keyboard.press('Escape')
    expect(await page.locator('dialog').isVisible()).toBe(false)
    await page.keyboard.press('/')
    await page.keyboard.type('fold')
    await page.locator('dialog li a').first().waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/01-1-fold.html')
  })

  it('copies commands without prompts and output, and code as it is', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await open('01-boxes.html')
    const copy = async (figure: string) => {
      await page.locator(figure).first().hover()
      await page.locator(`${figure} button.copy`).first().click()
      await page.locator(`${figure} button.copy`, { hasText: 'Copied' }).first().waitFor()
      return page.evaluate<string>('navigator.clipboard.readText()')
    }
    expect(await copy('figure.console')).toBe('echo an apple\nnpx pack --thing apple \\\n  --into box')
    expect(await copy('figure.code.from')).toContain('export interface Box {\n')
    expect(await copy('figure.code[data-language=sh]')).toBe('limactl start default\nlimactl shell default')
  })

  it('turns pages with the arrow keys, but not while typing or scrolling code', async () => {
    await open('index.html')
    await page.keyboard.press('ArrowRight')
    await page.waitForURL('**/01-boxes.html')
    await page.keyboard.press('ArrowRight')
    await page.waitForURL('**/01-1-fold.html')
    await page.keyboard.press('ArrowLeft')
    await page.waitForURL('**/01-boxes.html')
    await page.keyboard.press('/')
    await page.keyboard.type('ab')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Escape')
    await page.setViewportSize({ width: 360, height: 800 })
    await page.locator('figure[data-language=text] pre').focus()
    await page.keyboard.press('ArrowRight')
    await page.waitForTimeout(50)
    expect(address()).toBe('01-boxes.html')
    await page.locator('figure[data-language=text] pre').blur()
    await page.keyboard.press('ArrowRight')
    await page.waitForURL('**/01-1-fold.html')
  })

  it('reads in the dark: as the system has it, or as chosen, on all pages and after a reload', async () => {
    await open('index.html')
    expect(await isDark()).toBe(false)
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await isDark()).toBe(true)
    const button = page.getByRole('button', { name: 'Colours' })
    await button.click()
    expect(await isDark()).toBe(false)
    await page.emulateMedia({ colorScheme: 'light' })
    await button.click()
    expect(await isDark()).toBe(true)
    await page.reload()
    expect(await isDark()).toBe(true)
    await open('source/src/box/box.ts.html')
    expect(await isDark()).toBe(true)
    // before any script has been loaded, or it would be light for a moment
    await page.route('**/site.js', (route) => route.abort())
    await page.reload()
    expect(await isDark()).toBe(true)
    await page.unroute('**/site.js')
    await page.reload()
    await page.emulateMedia({ media: 'print' })
    expect(await isDark()).toBe(false)
    await page.emulateMedia({ media: 'screen' })
    await button.click()
    expect(await isDark()).toBe(false)
  })

  it('ticks what is read and done, and sees it again later and elsewhere', async () => {
    await open('01-boxes.html')
    await page.getByLabel('I have read this chapter').check()
    await open('01-2-close.html')
    await page.getByLabel('I have done this exercise').check()
    await page.reload()
    expect(await page.getByLabel('I have done this exercise').isChecked()).toBe(true)
    await open('index.html')
    expect(await page.locator('.cover .progress').textContent()).toBe(
      '1 of 2 chapters read, 1 of 3 exercises done',
    )
    expect(await page.locator('#contents .ticked:visible').count()).toBe(1)
    expect(await page.locator('a[data-begin]').getAttribute('href')).toBe('02-lids.html')
    await open('01-boxes.html')
    expect(await page.locator('#contents .ticked:visible').count()).toBe(2)
    await page.getByLabel('I have read this chapter').uncheck()
    await page.reload()
    expect(await page.locator('#contents .ticked:visible').count()).toBe(1)
  })

  it('can do all of this where the browser keeps nothing', async () => {
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.addInitScript(
      `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied') } })`,
    )
    await open('01-boxes.html')
    await page.getByLabel('I have read this chapter').check()
    expect(await page.locator('#contents .ticked:visible').count()).toBe(1)
    await page.getByRole('button', { name: 'Colours' }).click()
    await page.getByRole('button', { name: 'Colours' }).click()
    expect(await isDark()).toBe(true)
    expect(errors).toEqual([])
  })

  it('opens the contents of a narrow screen, and reaches the text with the first key', async () => {
    await page.setViewportSize({ width: 360, height: 800 })
    await open('01-boxes.html')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(page.url()).toContain('#main')
    await page.getByRole('button', { name: 'Contents' }).click()
    await page.locator('#contents').getByRole('link', { name: 'The idea' }).click()
    expect(address()).toBe('01-boxes.html#the-idea')
    expect(await page.locator('#contents').isVisible()).toBe(false)
  })

  it('marks the section in the contents that is being read', async () => {
    await open('01-boxes.html#try-it')
    await page.locator('#contents [aria-current=true]', { hasText: 'Try it' }).waitFor()
  })

  it.each(['index.html', '01-boxes.html', '01-1-fold.html', 'print.html', 'source/src/box/box.ts.html'])(
    'reads %s without JavaScript, and sees no button that would do nothing',
    async (name) => {
      const plain = await browser.newContext({
        javaScriptEnabled: false,
        viewport: { width: 360, height: 800 },
      })
      const still = await plain.newPage()
      await still.goto(server.url + name)
      expect(await still.locator('h1').first().isVisible()).toBe(true)
      expect(await still.locator('button:visible').allInnerTexts()).toEqual(
        name === 'print.html' ? [] : ['Contents'],
      )
      if (name === '01-boxes.html') {
        await still.getByRole('button', { name: 'Contents' }).click()
        await still.locator('#contents').getByRole('link', { name: 'Lids' }).click()
        await still.waitForURL('**/02-lids.html')
      }
      await plain.close()
    },
  )

  it.each(['light', 'dark'] as const)(
    'meets no barrier that axe-core knows, when it is %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const found: unknown[] = []
      for (const name of [
        'index.html',
        '01-boxes.html',
        '02-1-lift.html',
        'print.html',
        'source/src/box/box.ts.html',
      ]) {
        await open(name)
        await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`)
        if (name === 'index.html') await search(page)
        found.push(...(await barriers(page)))
      }
      expect(found).toEqual([])
    },
  )
})

async function search(page: Page): Promise<void> {
  await page.keyboard.press('/')
  await page.keyboard.type('box')
  await page.locator('dialog li a').first().waitFor()
}
