// A course of one chapter without a fault, in a temporary folder, for tests that spoil it.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { sections } from '../../../scripts/tutorial/check/order.ts'
import { checkCourse, writeCourse } from '../../../scripts/tutorial/check.ts'

export interface SmallCourse extends Disposable {
  readonly root: string
  read(path: string): string
  write(path: string, text: string): void
  /** Throws if `from` is not there: then the test would test nothing. */
  edit(path: string, from: string, to: string): void
  remove(path: string): void
  /** Each as `path:line: sentence`. */
  faults(): string[]
}

export const chapter = 'tutorial/01-shop/README.md'
const alt = 'Alice buys an apple from Bob, who writes it down'
const long = 'Alice buys one apple and Bob writes the price into his book. '.repeat(130)

const source = `// What things cost.

/** In euros. */
export function price(name: string): number {
  if (name === 'apple') return 1

  return 2
}

// #region sale
export const isSale = true
// #endregion sale
`

const texts: Readonly<Record<string, string>> = {
  'The problem': `${long}\n\n![${alt}](diagrams/sale.svg)`,
  'The idea': `![${alt}, again](diagrams/book.svg)`,
  'The code':
    '```ts src/shop/price.ts#price\n```\n\n- In a list:\n\n  ```ts src/shop/price.ts#sale\n  ```\n\n> [!NOTE]\n> See [the idea](#the-idea).',
  'Try it':
    '```console\n$ echo one apple\none apple\n# echo $((2 - 1)) euro; echo late >&2\n… euro\nlate\n```',
  'What happened in the kernel': 'A place for more.',
  Exercises:
    '- [01-1](exercises/1-apple/README.md)\n- [01-2](exercises/2-pear/)\n\nSee [the source](../../src/shop/price.ts), [the code](https://example.com/x).',
}

const page = `# 1. The shop

**Goal** Know what an apple costs.

**Time** ten minutes\\
**Needs** nothing

${sections.map((name) => `## ${name}\n\n${texts[name] ?? 'Nothing more.'}\n`).join('\n')}`

const drawing = (title: string) => `${title}

  ┌───────┐     ╔═══════╗
  │ Alice ├────▶║  Bob  ║
  └───────┘     ╚═══════╝
`

const files: Readonly<Record<string, string>> = {
  'README.md': '# Shop\n\nRead [the course](tutorial/README.md).\n',
  'CONTRIBUTING.md': '# Working\n\nSee [start](README.md#shop).\n',
  'src/shop/price.ts': source,
  'tutorial/README.md': '# How shops work\n\nBegin with [chapter 1](01-shop/README.md#the-problem).\n',
  [chapter]: page,
  'tutorial/01-shop/diagrams/sale.txt': drawing('A sale'),
  'tutorial/01-shop/diagrams/book.txt': drawing('The book'),
  ...exercise('1-apple'),
  ...exercise('2-pear'),
}

function exercise(name: string): Record<string, string> {
  const folder = `tutorial/01-shop/exercises/${name}`
  return {
    [`${folder}/README.md`]:
      '# Sell it\n\nNeeds: nothing\n\nSell it. [Read about it](../../README.md#the-idea)\n\n```ts\nsell()\n```\n',
    [`${folder}/exercise.ts`]:
      "// TODO: sell it\nexport const sell = () => {\n  throw new Error('not sold yet')\n}\n",
    [`${folder}/solution.ts`]: 'export const sell = () => 1\n',
    [`${folder}/check.test.ts`]: '',
    [`${folder}/hints.md`]: '## 1\n\nThink.\n\n## 2\n\nThink more.\n\n## 3\n\n```ts\nreturn 1\n```\n',
    [`${folder}/afterwards.md`]: 'Sold.\n',
  }
}

export function makeSmallCourse(): SmallCourse {
  const root = mkdtempSync(join(tmpdir(), 'gocker-course-'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const read = (path: string) => readFileSync(join(root, path), 'utf8')
  for (const [path, text] of Object.entries(files)) write(path, text)
  writeCourse(root)
  return {
    root,
    read,
    write,
    edit: (path, from, to) => {
      if (!read(path).includes(from)) throw new Error(`${path} has nothing like: ${from}`)
      write(
        path,
        read(path).replace(from, () => to),
      )
    },
    remove: (path) => rmSync(join(root, path), { recursive: true }),
    faults: () => checkCourse(root).map(({ path, line, text }) => `${path}:${line}: ${text}`),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}
