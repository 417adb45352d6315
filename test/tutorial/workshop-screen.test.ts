// npm run workshop as a learner meets it: in a terminal, with an editor beside it.

import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasScript, learner } from './learner.ts'
import { greeting, limits, makeCourse, names } from './workshop-course.ts'

const greet = (body: string) => `export function greet(name: string): string {\n  ${body}\n}\n`

/** The terminal has the settings it had, the screen before, and a cursor. */
async function isRestored({ raw, sees }: Awaited<ReturnType<typeof learner>>, before: string): Promise<void> {
  const after = await sees(/after \S+/)
  expect(/after (\S+)/.exec(after)![1]).toBe(/before (\S+)/.exec(before)![1])
  expect(raw().lastIndexOf('\x1b[?1049l')).toBeGreaterThan(raw().lastIndexOf('\x1b[?1049h'))
  expect(raw().lastIndexOf('\x1b[?25h')).toBeGreaterThan(raw().lastIndexOf('\x1b[?25l'))
}

describe.skipIf(!hasScript)('the workshop on a terminal (needs script(1))', () => {
  it('fails, is edited, passes, goes on, hints, lists, quits, and remembers', async () => {
    using course = makeCourse()
    await using alice = await learner(course.root)
    const before = await alice.sees('01-1 Greet by name')
    await alice.sees('checking…')
    await alice.sees('✘ Alice is greeted by her name')
    await alice.sees('TODO: return a greeting with the name in it')

    course.write(`${greeting}/exercise.ts`, greet("console.log('the name is', name); return 'Hello, Alice'"))
    await alice.sees('✘ Bob is greeted by his')
    await alice.sees('the greeting has no Bob in it')
    await alice.sees('1 of 2 parts are done')
    await alice.sees('│ the name is Bob')

    // as editors do that never write into a file that exists
    course.write(`${greeting}/exercise.ts.new`, greet('return name'))
    renameSync(join(course.root, greeting, 'exercise.ts.new'), join(course.root, greeting, 'exercise.ts'))
    await alice.sees('✔ Passed.')
    await alice.sees('Next (n): 01-2 Names in order')
    await alice.sees(`${names}/exercise.ts`)
    await alice.sees('The real engines do the same here')
    await alice.sees('1/3')

    alice.presses('n')
    await alice.sees('✘ Alice comes before Bob')
    alice.presses('h')
    await alice.sees('The first hint points somewhere.')
    alice.presses('h')
    await alice.sees('Hint 2 of 3')
    alice.presses('hh')
    await alice.sees('That was the last hint')

    alice.presses('l')
    await alice.sees(/✔.*01-1.*▸.*01-2.*02-1/s)
    alice.presses('limi')
    await alice.sees('Search: limi')
    alice.presses('\r')
    await alice.sees('✘ Mallory has a limit')
    alice.presses('q')
    await alice.sees('status 0')
    await isRestored(alice, before)

    await using again = await learner(course.root)
    await again.sees('02-1 A limit')
    await again.sees('1/3')
    again.presses('q')
  })

  it('starts anywhere, shows the solution when asked twice, and puts things back', async () => {
    using course = makeCourse()
    await using bob = await learner(course.root, { args: '1-2' })
    await bob.sees('✘ Alice comes before Bob')
    bob.presses('s')
    await bob.sees('Not passed yet. Show the solution? (y/n)')
    bob.presses('n')
    bob.presses('s')
    await bob.sees('(y/n)')
    bob.presses('y')
    await bob.sees('-  return [...names]')
    await bob.sees('+  return [...names].sort()')

    const shipped = readFileSync(join(course.root, names, 'exercise.ts'), 'utf8')
    course.write(`${names}/exercise.ts`, 'export const sorted = 3\n')
    await bob.sees('exercise.ts exports no function sorted')
    bob.presses('r')
    await bob.sees('Reset 01-2?')
    bob.presses('y')
    const backup = /\.workshop\/backups\/\S+ \S+\.ts/.exec(await bob.sees(/Yours is now .*\.ts/))![0]
    await bob.sees('Bob stands before Alice')
    expect(readFileSync(join(course.root, names, 'exercise.ts'), 'utf8')).toBe(shipped)
    expect(readFileSync(join(course.root, backup), 'utf8')).toBe('export const sorted = 3\n')
    bob.presses('\x03')
    await bob.sees('status 0')
  })

  it('says what is wrong with a file that is no TypeScript, and where', async () => {
    using course = makeCourse()
    course.write(`${greeting}/exercise.ts`, 'export function greet() {\n  return (\n}\n')
    await using alice = await learner(course.root)
    await alice.sees('exercise.ts could not be run')
    await alice.sees(/Line 3 is not TypeScript/)
    expect(alice.raw()).not.toMatch(/node_modules|at async| ❯ /)
  })

  it('code that never ends can be corrected', async () => {
    using course = makeCourse()
    course.write(`${greeting}/exercise.ts`, greet('while (true);'))
    await using alice = await learner(course.root)
    await alice.sees(/checking… \d+ s/)
    course.write(`${greeting}/exercise.ts`, greet('return name'))
    await alice.sees('✔ Passed.')
    alice.presses('q')
    await alice.sees('status 0')
  })

  it('opens the chapter where the exercise belongs, and comes back', async () => {
    using course = makeCourse()
    course.write(
      'tutorial/01-names/README.md',
      `# 1. Names\n\n${'Much.\n\n'.repeat(40)}## The idea\n\nA process has a name.\n`,
    )
    await using alice = await learner(course.root, { env: { PAGER: 'cat; echo; echo paged; sleep 0.1' } })
    await alice.sees('✘')
    alice.presses('o')
    const page = await alice.sees('paged')
    expect(page).toContain('A process has a name.')
    await alice.sees('01-1 Greet by name')
    alice.presses('q')
    await alice.sees('status 0')
  })

  it.each(['SIGTERM', 'SIGHUP'] as const)('gives the terminal back when it gets %s', async (signal) => {
    using course = makeCourse()
    await using alice = await learner(course.root)
    const before = await alice.sees('01-1 Greet by name')
    process.kill(Number(/pid (\d+)/.exec(before)![1]), signal)
    await alice.sees('status 0')
    await isRestored(alice, before)
  })

  it.each([
    [10, 40],
    [5, 20],
    [24, 300],
  ])('fits into %i lines of %i columns, also without colours', async (rows, columns) => {
    using course = makeCourse()
    await using alice = await learner(course.root, { rows, columns, env: { NO_COLOR: '1' } })
    await alice.sees('✘ Alice is')
    alice.presses('h')
    await alice.sees('Hint 1')
    alice.presses('l')
    await alice.sees('All exercises')
    alice.presses('q')
    await alice.sees('Search: q')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what it is about
    expect(alice.raw()).not.toMatch(/\x1b\[\d*(;\d+)*m/)
    // every line is written at its place, and none is too long
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what it is about
    for (const [, row, text] of alice.raw().matchAll(/\x1b\[(\d+);1H([^\x1b]*)\x1b\[K/g)) {
      expect(Number(row)).toBeLessThanOrEqual(rows)
      expect([...text!].length).toBeLessThan(columns)
    }
  })

  it('follows the size of the window', async () => {
    using course = makeCourse()
    await using alice = await learner(course.root)
    await alice.sees('Edit exercise.ts')
    alice.resizes(10, 40)
    await alice.sees('…names/exercises/1-greeting/exercise.ts')
    await alice.sees(/↓ \d+ more/)
    alice.presses(' ')
    await alice.sees('Needs: nothing')
  })

  it('all of it done is said', async () => {
    using course = makeCourse()
    course.write(`${greeting}/exercise.ts`, greet('return name'))
    course.write(`${names}/exercise.ts`, 'export const sorted = (names: string[]) => [...names].sort()\n')
    course.write(`${limits}/exercise.ts`, 'export const limit = 1\n')
    await using alice = await learner(course.root)
    for (const id of ['01-1', '01-2', '02-1']) {
      await alice.sees(id)
      await alice.sees('✔ Passed.')
      alice.presses('n')
    }
    await alice.sees('All 3 exercises are done.')
  })
})
