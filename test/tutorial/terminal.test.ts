// The course in the terminal: what Markdown looks like there, and that no line is ever too long.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { home, readBook } from '../../scripts/tutorial/book.ts'
import { render } from '../../scripts/tutorial/terminal/blocks.ts'
import { createPaint } from '../../scripts/tutorial/terminal/paint.ts'
import { displayWidth, truncated } from '../../scripts/tutorial/terminal/width.ts'
import { renderChapter } from '../../scripts/tutorial/terminal.ts'

const setting = {
  paint: createPaint({ level: 0 }),
  root: home,
  path: 'tutorial/05-overlay/README.md',
  spare: 0,
}
const plain = (markdown: string, width = 40) => render(setting, markdown, width).lines.join('\n')
const colored = (markdown: string, hasLinks = false) =>
  render({ ...setting, paint: createPaint({ level: 1, hasLinks }) }, markdown, 40).lines.join('\n')

describe('without colours', () => {
  it.each([
    ['a title', '# 5. Layers', '5. Layers\n═════════'],
    ['a section, with air above', 'Text.\n\n## The idea', 'Text.\n\n\nThe idea\n────────'],
    ['a part of one', '### One mount', 'One mount\n┄┄┄┄┄┄┄┄┄'],
    [
      'a paragraph, put into lines anew',
      'Never change anything. Put a sheet\nof glass over it and write on the glass.',
      'Never change anything. Put a sheet of\nglass over it and write on the glass.',
    ],
    [
      'code, strong, emphasized and deleted words',
      'Say `rm`, **not** _yet_ ~~no~~.',
      'Say `rm`, *not* _yet_ no.',
    ],
    ['signs that Markdown hides', 'Alice &amp; Bob \\* 2 < 3', 'Alice & Bob * 2 < 3'],
    ['a hard break', 'Alice  \nBob', 'Alice\nBob'],
    [
      'lists in lists',
      '- one\n- two, which is so long that it needs a second line\n  1. first\n  2. second\n- [ ] open\n- [x] done',
      '• one\n• two, which is so long that it needs a\n  second line\n  1. first\n  2. second\n☐ open\n☑ done',
    ],
    ['numbers of two digits', '9. nine\n10. ten', ' 9. nine\n10. ten'],
    ['items with air between', '- one\n\n- two', '• one\n\n• two'],
    ['a quotation', '> one\n>\n> two', '│ one\n│\n│ two'],
    ['a note', '> [!WARNING]\n> Mind the `host`.', '│ Warning\n│ Mind the `host`.'],
    [
      'links out of the course',
      'See [the docs](https://a.example/b).',
      'See the docs (https://a.example/b).',
    ],
    ['a link that says where it leads', '<https://a.example/b>', 'https://a.example/b'],
    ['links to sources', '[mount.ts](../../src/overlay/mount.ts)', 'mount.ts (src/overlay/mount.ts)'],
    ['links to chapters', '[chapter 6](../06-images/README.md#the-idea)', 'chapter 6'],
    [
      'commands and what they print',
      '```console\n# ls\na\n$ echo \\\n  b\nb\n```',
      '  # ls\n  a\n  $ echo \\\n    b\n  b',
    ],
    ['code', '```ts\nconst a = 1\n\nconst b = 2\n```', '  const a = 1\n\n  const b = 2'],
    [
      'code that is too wide',
      "```ts\n  const text = 'more than there is room for in one line'\n```",
      "    const text = 'more than there is\n      ↪ room for in one line'",
    ],
    [
      'quoted code says whose it is',
      '```ts src/overlay/whiteout.ts#isWhiteout\nsome code\n```',
      '  ── src/overlay/whiteout.ts\n  some code',
    ],
    [
      'a table',
      '|  | name | n |\n| --- | --- | --: |\n| 1 | Alice | 10 |\n| 2 | `b` | 7 |',
      '   name    n\n────────────\n1  Alice  10\n2  `b`     7',
    ],
    [
      'a table that has to give way',
      '| a | b |\n| --- | --- |\n| one | a cell with more words in it than fit |\n| two | few |',
      'a    b\n────────────────────────────────────────\none  a cell with more words in it than\n     fit\n┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈\ntwo  few',
    ],
    ['html', 'a<a id="x"></a>b<br>c', 'ab\nc'],
    ['a word that is too long', `see ${'x'.repeat(50)}`, `see ${'x'.repeat(36)}\n${'x'.repeat(14)}`],
    [
      'wide letters',
      '日本語のコンテナは日本語のコンテナは日本語',
      '日本語のコンテナは日本語のコンテナは日本\n語',
    ],
  ])('%s', (_, markdown, expected) => {
    expect(plain(markdown)).toBe(expected)
  })

  it('a table on a very narrow screen is a list', () => {
    const markdown = '| name | what | why |\n| --- | --- | --- |\n| Alice | a container | because she can |'
    expect(plain(markdown, 20)).toBe('name: Alice\nwhat: a container\nwhy: because she can')
  })

  it('a drawing is itself where it fits, and else what it says', () => {
    const root = mkdtempSync(join(tmpdir(), 'gocker-terminal-'))
    onTestFinished(() => rmSync(root, { recursive: true }))
    mkdirSync(join(root, 'tutorial/diagrams'), { recursive: true })
    writeFileSync(join(root, 'tutorial/diagrams/box.txt'), 'A box\n\n┌────────┐\n│ Alice  │\n└────────┘\n')
    const at = (width: number) =>
      render(
        { ...setting, root, path: 'tutorial/README.md' },
        '![A box with Alice.](diagrams/box.svg)',
        width,
      )
    expect(at(20).lines.join('\n')).toBe('A box\n\n┌────────┐\n│ Alice  │\n└────────┘')
    expect(at(9).lines.join('\n')).toBe('Drawing:\nA box\nwith\nAlice.')
  })

  it('there is no escape sequence', () => {
    const book = readBook()
    for (const number of [undefined, ...book.chapters.map((chapter) => chapter.number)])
      expect(renderChapter(book, number, { width: 80 }).lines.join('\n')).not.toContain('\x1b')
  })
})

describe('with colours', () => {
  it('commands are strong, output is faint', () => {
    expect(colored('```console\n$ ls\na\n```')).toBe(
      '  \x1b[32m$ \x1b[39m\x1b[1mls\x1b[22m\n  \x1b[2ma\x1b[22m',
    )
  })

  it('code shows comments, strings, numbers and keywords', () => {
    const line = colored("```ts\nreturn f('a', 0x1f) // why\n```")
    expect(line).toContain('\x1b[35mreturn\x1b[39m')
    expect(line).toContain("\x1b[32m'a'\x1b[39m")
    expect(line).toContain('\x1b[33m0x1f\x1b[39m')
    expect(line).toContain('\x1b[2m// why\x1b[22m')
  })

  it('what only looks like a keyword or a comment is left alone', () => {
    const line = colored("```ts\na.return = 'http://a' + /\\/\\//\n```")
    expect(line).toContain("\x1b[32m'http://a'\x1b[39m")
    expect(line).toContain('\x1b[32m/\\/\\//\x1b[39m')
    expect(line).not.toContain('\x1b[35m')
    expect(line).not.toContain('\x1b[2m')
  })

  it('links lead somewhere, if the terminal knows them', () => {
    expect(colored('[docs](https://a.example)', true)).toBe(
      '\x1b]8;;https://a.example\x1b\\\x1b[4mdocs\x1b[24m\x1b]8;;\x1b\\',
    )
    expect(colored('[docs](https://a.example)')).toContain('(https://a.example)')
    expect(colored('[a](../../src/x.ts)', true)).toMatch(/\]8;;file:\/\/[^/]*\/.*\/src\/x\.ts/)
  })
})

describe('widths', () => {
  it.each([
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['日本', 4],
    ['👩‍💻', 2],
    ['✔ …│─', 5],
    ['\x1b[1mabc\x1b[22m', 3],
  ])('%s', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  it('what is cut says so', () => {
    expect([truncated('Alice', 5), truncated('Alice', 4), truncated('日本語', 4)]).toEqual([
      'Alice',
      'Ali…',
      '日…',
    ])
  })

  const book = readBook()
  const chapters = [undefined, ...book.chapters.map((chapter) => chapter.number)]
  it.each([20, 40, 80, 120, 300])('no line of any chapter is wider than a screen of %i columns', (width) => {
    const lines = chapters.flatMap((number) =>
      ([0, 1] as const).flatMap((level) => renderChapter(book, number, { width, level }).lines),
    )
    expect(lines.filter((line) => displayWidth(line) > width)).toEqual([])
    expect(lines.length).toBeGreaterThan(1000)
  })

  it('nor of any page beside one', () => {
    const pages = book.chapters.flatMap(({ number, beside }) => beside.map(({ name }) => ({ number, name })))
    expect(pages.map(({ name }) => name)).toEqual(expect.arrayContaining(['attacks', 'history']))
    for (const { number, name } of pages) {
      const { lines } = renderChapter(book, number, { width: 80, beside: name })
      expect(lines.filter((line) => displayWidth(line) > 80)).toEqual([])
    }
    expect(() => renderChapter(book, 8, { width: 80, beside: 'none' })).toThrow('attacks, history')
  })

  it('nor of any exercise', () => {
    const texts = book.chapters
      .flatMap((chapter) => chapter.exercises)
      .flatMap((one) => [one.task, ...one.hints, one.afterwards])
    const lines = texts.flatMap((text) => render(setting, text, 40).lines)
    expect(lines.filter((line) => displayWidth(line) > 40)).toEqual([])
  })

  it('every section can be opened', () => {
    const { sections, lines } = renderChapter(book, 5, { width: 80 })
    expect(lines[sections.get('the-idea')!]).toBe('The idea')
    for (const chapter of book.chapters) {
      const known = renderChapter(book, chapter.number, { width: 80 }).sections
      for (const exercise of chapter.exercises) expect([...known.keys()]).toContain(exercise.section)
    }
  })
})

describe('in a pipe', () => {
  const show = (args: string, env: NodeJS.ProcessEnv = {}) => {
    const code = `
      import { readBook } from './scripts/tutorial/book.ts'
      import { showInTerminal } from './scripts/tutorial/terminal.ts'
      await showInTerminal(readBook(), ${args})`
    const options = {
      cwd: home,
      encoding: 'utf8',
      env: { ...process.env, FORCE_COLOR: undefined, ...env },
    } as const
    return spawnSync(process.execPath, ['--input-type=module-typescript', '-e', code], options)
  }

  it('it is plain text, without a pager, and begins where it is told to', () => {
    const { stdout, status } = show("5, { section: 'the-idea' }", { PAGER: 'false' })
    expect(status).toBe(0)
    expect(stdout.startsWith('The idea\n────────\n')).toBe(true)
    expect(stdout).not.toContain('\x1b')
  })

  it('and has the width that is asked for', () => {
    const lines = show('undefined', { COLUMNS: '50' }).stdout.split('\n')
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(50)
  })

  it('a chapter or a section that is not there is said to be missing', () => {
    expect(show('77').stderr).toContain('There is no chapter 77')
    expect(show("5, { section: 'nowhere' }").stderr).toContain('The chapter has no section "nowhere"')
  })
})
