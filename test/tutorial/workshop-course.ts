// A small course in a temporary folder, for the tests of what shows and checks the course: two chapters, three exercises about
// Alice's and Bob's names. Nothing of the real course, or of what a learner has done of it, is touched.

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { home } from '../../scripts/tutorial/book.ts'

export interface Course extends Disposable {
  readonly root: string
  readonly write: (path: string, text: string) => void
}

/** The folders of the three exercises. */
export const greeting = 'tutorial/01-names/exercises/1-greeting'
export const names = 'tutorial/01-names/exercises/2-names'
export const limits = 'tutorial/02-limits/exercises/1-limits'

export function makeCourse(): Course {
  const root = mkdtempSync(join(tmpdir(), 'gocker-course-'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  symlinkSync(join(home, 'node_modules'), join(root, 'node_modules'))
  cpSync(join(home, 'package.json'), join(root, 'package.json'))
  write('tutorial/README.md', '# How names work\n\nThe way in.\n')
  cpSync(join(home, 'tutorial/kit.ts'), join(root, 'tutorial/kit.ts'))
  write(
    'tutorial/01-names/README.md',
    '# 1. Names\n\n## The idea\n\nA process has a name.\n\n## Exercises\n\nTwo.\n',
  )
  write('tutorial/02-limits/README.md', '# 2. Limits\n\n## The idea\n\nA process has limits.\n')
  exercise(write, greeting, {
    title: 'Greet by name',
    stub: `export function greet(name: string): string {
  throw new Error('TODO: return a greeting with the name in it')
}
`,
    solution: `export function greet(name: string): string {
  return \`Good morning, \${name}\`
}
`,
    check: `import { expect, it } from 'vitest'
import { greet } from './exercise.ts'

it('Alice is greeted by her name', () => {
  expect(greet('Alice'), 'the greeting has no Alice in it').toContain('Alice')
})

it('Bob is greeted by his', () => {
  expect(greet('Bob'), 'the greeting has no Bob in it').toContain('Bob')
})
`,
  })
  exercise(write, names, {
    title: 'Names in order',
    stub: `/** The names in the order of the alphabet. */
export function sorted(names: readonly string[]): string[] {
  // TODO: it does not sort yet
  return [...names]
}
`,
    solution: `export function sorted(names: readonly string[]): string[] {
  return [...names].sort()
}
`,
    check: `import { expect, it } from 'vitest'
import { sorted } from './exercise.ts'

it('Alice comes before Bob', () => {
  const order = sorted(['Bob', 'Alice'])
  expect(order.indexOf('Alice') < order.indexOf('Bob') && order.length === 2, 'Bob stands before Alice, or one is lost').toBe(true)
})
`,
  })
  exercise(write, limits, {
    title: 'A limit',
    needs: 'Linux',
    stub: `export const limit = 0 // TODO: more than nothing\n`,
    solution: `export const limit = 64\n`,
    check: `import { expect, it } from 'vitest'
import { limit } from './exercise.ts'

it('Mallory has a limit', () => {
  expect(Number.isInteger(limit) && limit > 0, 'the limit has to be more than nothing').toBe(true)
})
`,
  })
  return { root, write, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

interface Parts {
  readonly title: string
  readonly needs?: string
  readonly stub: string
  readonly solution: string
  readonly check: string
}

function exercise(write: Course['write'], folder: string, parts: Parts): void {
  const link = '[Read about it](../../README.md#the-idea)'
  const file = '[exercise.ts](exercise.ts)'
  write(
    `${folder}/README.md`,
    `# ${parts.title}\n\nNeeds: ${parts.needs ?? 'nothing'}\n\n${link}\n\nEdit ${file}.\n`,
  )
  write(`${folder}/exercise.ts`, parts.stub)
  write(`${folder}/check.test.ts`, parts.check)
  write(`${folder}/solution.ts`, parts.solution)
  write(
    `${folder}/hints.md`,
    '## 1\n\nThe first hint points somewhere.\n\n## 2\n\nThe second says how it works.\n\n## 3\n\nThe third is nearly the code.\n',
  )
  write(`${folder}/afterwards.md`, 'The real engines do the same here, and read it from the image.\n')
}
