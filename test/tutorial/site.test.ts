// The site of the course without a browser: what stands on its pages, the builder, the server, and the command for both.
// The pages of the real course are tested in site-pages.test.ts.

import { execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { home } from '../../scripts/tutorial/book.ts'
import { buildSite } from '../../scripts/tutorial/site/build.ts'
import { openerFor } from '../../scripts/tutorial/site/open.ts'
import { serveSite } from '../../scripts/tutorial/site/serve.ts'
import { type BuiltBook, built, fixtureBook } from './site/built.ts'

const run = promisify(execFile)

describe('a page', () => {
  let book: BuiltBook
  let page: (name: string) => string
  beforeAll(async () => {
    book = await built(fixtureBook)
    page = (name) => readFileSync(join(book.folder, name), 'utf8')
  })
  afterAll(() => book.remove())

  it('shows what the source says now, whatever was typed into the prose', () => {
    expect(page('01-boxes.html')).toContain('region check')
  })

  it('leads from a quotation to its place in the source, and back', () => {
    expect(page('01-boxes.html')).toContain('href="source/src/box/box.ts.html#check"')
    expect(page('source/src/box/box.ts.html')).toContain('<span id="check"></span>')
    expect(page('source/src/box/box.ts.html')).toContain('href="../../../01-boxes.html#the-check"')
  })

  it('folds long output and shows short output', () => {
    const [long, ...more] = page('01-boxes.html').split('<details class="prints"').slice(1)
    expect(more).toEqual([])
    expect(long).toContain('7 lines')
    expect(page('print.html')).toContain('<details class="prints" open>')
  })

  it('says of a folder what each of its files is for', () => {
    expect(page('source/src/box/index.html')).toContain('A lid hides what is in a box.')
  })

  it('does not show hints and solutions in the search', () => {
    const index = page('search.js')
    expect(index).toContain('nobody sees the zebra')
    expect(index).not.toContain('It is a string')
    expect(index).not.toContain("return 'apple'")
  })

  it('has the pages beside a chapter, which the search knows and which open the contents there', () => {
    const beside = 'source/tutorial/02-lids/hinges.md.html'
    expect(page('02-lids.html')).toContain(`href="${beside}"`)
    expect(page(beside)).toContain('Carol oils it')
    expect(page(beside)).toMatch(/<li class="open"><a href="[./]*02-lids.html"/)
    for (const name of ['02-lids.html', beside])
      expect(page(name)).toMatch(/<li class="depth-2"><a href="[^"]*hinges\.md\.html"[^>]*>Hinges</)
    expect(page(beside)).toMatch(/hinges\.md\.html" aria-current="page"/)
    expect(page('search.js')).toContain(`["${beside}","2. Hinges",""`)
  })

  it('asks nobody for anything', () => {
    const addresses = ['index.html', '01-boxes.html', 'print.html', 'site.css', 'site.js'].flatMap(
      (name) => page(name).match(/(src|href|url)(=|\()["']?https?:[^"')]*/g) ?? [],
    )
    // one link in the text, on two pages
    expect(addresses).toEqual([
      'href="https://example.com/boxes.html',
      'href="https://example.com/boxes.html',
    ])
  })
})

describe('the builder', () => {
  it('leaves a folder alone that holds something else, and empties one of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gocker-site-'))
    writeFileSync(join(folder, 'letter.txt'), 'dear Alice')
    await expect(buildSite(fixtureBook, folder)).rejects.toThrow('holds something else')
    rmSync(join(folder, 'letter.txt'))
    await buildSite(fixtureBook, folder)
    writeFileSync(join(folder, '03-gone.html'), 'of an older book')
    await buildSite(fixtureBook, folder)
    expect(existsSync(join(folder, '03-gone.html'))).toBe(false)
    rmSync(folder, { recursive: true })
  })

  it('names links, drawings and quotations that lead nowhere', async () => {
    const root = mkdtempSync(join(tmpdir(), 'gocker-book-'))
    cpSync(fixtureBook, root, { recursive: true })
    const chapter = join(root, 'tutorial/02-lids/README.md')
    const broken = '[x](../03-none/README.md)\n\n![y](diagrams/z.svg)\n\n```ts src/box/lid.ts#seek\n```\n'
    writeFileSync(chapter, `${readFileSync(chapter, 'utf8')}\n${broken}`)
    mkdirSync(join(root, 'out'))
    const { problems } = await buildSite(root, join(root, 'out'))
    expect(problems).toEqual([
      'tutorial/02-lids/README.md links to ../03-none/README.md, and there is no such file',
      'tutorial/02-lids/README.md shows diagrams/z.svg, and there is no such drawing',
      'tutorial/02-lids/README.md: src/box/lid.ts has neither a region nor a declaration called seek',
    ])
    rmSync(root, { recursive: true })
  })
})

describe('the server', () => {
  it('shows the text as it is when somebody reloads, and nothing from outside the project', async () => {
    const root = mkdtempSync(join(tmpdir(), 'gocker-book-'))
    cpSync(fixtureBook, root, { recursive: true })
    const { address, server } = await serveSite(root, 0)
    const get = async (path: string) => {
      const response = await fetch(address + path)
      return { status: response.status, text: await response.text() }
    }
    const chapter = join(root, 'tutorial/02-lids/README.md')
    expect((await get('02-lids.html')).text).toContain('Bob sees the apple')
    writeFileSync(chapter, readFileSync(chapter, 'utf8').replace('Bob sees', 'Carol sees'))
    expect((await get('02-lids.html')).text).toContain('Carol sees the apple')
    expect((await get('search.js')).text).toContain('Carol sees')
    expect((await get('')).text).toContain('How boxes work')
    for (const path of ['03-none.html', 'source/..%2F..%2Fetc/passwd.html', 'source/.git/config.html']) {
      expect(await get(path)).toMatchObject({ status: 404 })
    }
    rmSync(chapter)
    expect((await get('02-lids.html')).text).toContain('cannot be made: ENOENT')
    server.close()
    rmSync(root, { recursive: true })
  })

  it('takes another port if somebody has the usual one', async () => {
    const first = await serveSite(fixtureBook, 0)
    const second = await serveSite(fixtureBook, Number(new URL(first.address).port))
    expect(second.address).not.toBe(first.address)
    expect((await fetch(second.address)).status).toBe(200)
    first.server.close()
    second.server.close()
  })
})

describe('npm run tutorial', () => {
  const script = join(home, 'scripts/tutorial.ts')

  it('prints where the course is, until Ctrl-C', async () => {
    const child = spawn(process.execPath, [script, '--port', '0', '--no-open'])
    const line = await new Promise<string>((resolve) =>
      child.stdout.once('data', (text) => resolve(`${text}`)),
    )
    const address = /http:\S+/.exec(line)?.[0] ?? ''
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    expect((await fetch(address)).status).toBe(200)
    child.kill('SIGINT')
    await new Promise((resolve) => child.once('close', resolve))
    await expect(fetch(address)).rejects.toThrow()
  })

  it.each([
    [['99'], 'There is no chapter 99'],
    [['overlay'], 'There is no chapter overlay'],
    [['5', '6'], 'One thing at a time'],
    [['--colour'], "Unknown option '--colour'"],
    [['--port', 'x'], '--port wants a number'],
    [['build', join(home, 'src')], 'holds something else'],
  ])('says in a sentence what is wrong with %j', async (words, sentence) => {
    const { code, stderr } = await run(process.execPath, [script, ...words]).catch((error) => error)
    expect(code).toBe(1)
    expect(stderr).toContain(sentence)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('says what there is', async () => {
    const { stdout } = await run(process.execPath, [script, '--help'])
    expect(stdout).toContain('npm run tutorial -- build [FOLDER]')
  })

  it.each([
    ['linux', { DISPLAY: ':0' }, 'xdg-open'],
    ['linux', {}, undefined],
    ['linux', { DISPLAY: ':10', SSH_CONNECTION: '10.0.0.1 22' }, undefined],
    ['darwin', {}, 'open'],
    ['win32', {}, 'cmd'],
  ] as const)('on %s with %j opens the browser with %s', (platform, env, program) => {
    expect(openerFor(platform, env)?.[0]).toBe(program)
  })
})

describe('the code for the browser', () => {
  it('has right types', async () => {
    await run(join(home, 'node_modules/.bin/tsc'), ['-p', join(home, 'scripts/tutorial/site/browser')])
  })
})
