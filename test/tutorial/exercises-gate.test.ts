// The gate itself: exercises that are wrong in one way each, and what it says of them. And that it leaves nothing behind.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readBook } from '../../scripts/tutorial/book.ts'
import { allExercises } from '../../scripts/workshop/find.ts'
import { gate, helps, type Verdict } from '../../scripts/workshop/gate.ts'
import { idleAttempts, withStrayLogs } from '../../scripts/workshop/variants.ts'
import { greeting, makeCourse } from './workshop-course.ts'

const check = (body: string) =>
  `import { expect, it } from 'vitest'\nimport { greet } from './exercise.ts'\n\nit('Alice is greeted', (test) => {\n${body}\n})\n`
const good = "expect(greet('Alice'), 'the greeting has no Alice in it').toContain('Alice')"

/** What is different in an exercise that is otherwise as it should be → what the gate says. */
const wrong: readonly [name: string, files: Readonly<Record<string, string>>, fault: RegExp | undefined][] = [
  ['nothing', {}, undefined],
  [
    'the stub passes',
    { 'exercise.ts': 'export function greet(name: string) {\n  return name // TODO: greet\n}\n' },
    /^exercise\.ts passes as it is/,
  ],
  [
    'the stub fails in words that do not help',
    {
      'exercise.ts':
        'export function greet(name: string): any {\n  // TODO: greet\n  return (undefined as any).x\n}\n',
    },
    /^as shipped, "Alice is greeted by her name" fails with words that do not help: TypeError: Cannot read/,
  ],
  [
    'the stub does not even load',
    {
      'exercise.ts':
        "import './nowhere.ts'\nexport function greet(name: string) {\n  throw new Error('TODO: greet')\n}\n",
    },
    /^exercise\.ts cannot even be run as shipped: .*nowhere\.ts/,
  ],
  [
    'the solution fails',
    { 'solution.ts': "export function greet(name: string) {\n  return 'Bob'\n}\n" },
    /^solution\.ts does not pass: "Alice is greeted by her name": the greeting has no Alice/,
  ],
  [
    'an empty text passes',
    { 'check.test.ts': check("expect(typeof greet('Alice'), 'a greeting is a text').toBe('string')") },
    /^it is passed by doing nothing: '' in each place/,
  ],
  [
    'anything that does not throw passes',
    { 'check.test.ts': check("expect(() => greet('Alice')).not.toThrow()") },
    /^it is passed by doing nothing: the throw of each TODO taken out/,
  ],
  [
    'a stray line fails',
    {
      'check.test.ts': check(
        `${good}\nlet lines = 0\nconst log = console.log\nconsole.log = () => void lines++\ngreet('Alice')\nconsole.log = log\nexpect(lines, 'it shall not print').toBe(0)`,
      ),
    },
    /^solution\.ts does not pass once it has a console\.log/,
  ],
  ['there are no tests', { 'check.test.ts': 'export {}\n' }, /does not pass/],
  [
    'a hint is missing',
    { 'hints.md': '## 1\n\nThe first hint points somewhere.\n' },
    /^hints\.md has 1 hints, not three/,
  ],
  [
    'there is no place to edit',
    { 'exercise.ts': 'export const greet = () => 1\n' },
    /no TODO is in a function/,
  ],
  [
    'the file is not named',
    { 'README.md': '# A\n\nNeeds: nothing\n\n[Read](../../README.md#the-idea) it.\n' },
    /^README\.md does not name the file to edit/,
  ],
  [
    'the check looks at the solution',
    { 'check.test.ts': `import './solution.ts'\n${check(good)}` },
    /^the check imports solution\.ts/,
  ],
  [
    'it is skipped although it needs nothing',
    { 'check.test.ts': check("test.skip('needs a better day')") },
    /^it says that it needs nothing, but a test is skipped: needs a better day/,
  ],
]

describe('the gate', () => {
  let verdicts: Verdict[]
  let left: string[]

  beforeAll(async () => {
    using course = makeCourse()
    const model = join(course.root, greeting)
    const names = readdirSync(model)
    for (const [index, [, files]] of wrong.entries()) {
      const chapter = `tutorial/${10 + Math.floor(index / 9)}-more`
      course.write(`${chapter}/README.md`, '# 10. More\n\n## The idea\n\nMore.\n')
      for (const name of names) {
        const text = files[name] ?? readFileSync(join(model, name), 'utf8')
        course.write(`${chapter}/exercises/${(index % 9) + 1}-x/${name}`, text)
      }
    }
    // one that a killed gate has left (no process has this number), and one of a gate that runs now
    const beside = join(course.root, 'tutorial/10-more/exercises')
    for (const pid of [4_999_999, process.ppid]) mkdirSync(join(beside, `.gate-${pid}-10-1-0`))
    writeFileSync(join(beside, '.gate-4999999-10-1-0/check.test.ts'), 'not finished')
    const exercises = allExercises(readBook(course.root)).filter(({ id }) => id >= '10')
    const found = await gate(course.root, exercises)
    verdicts = exercises.map(({ id }) => found.get(id)!)
    left = exercises.flatMap(({ folder }) => readdirSync(dirname(join(course.root, folder))))
  }, 400_000)

  for (const [index, [name, , fault]] of wrong.entries()) {
    it(`${name}: ${fault ? 'is said' : 'is a pass'}`, () => {
      const { faults } = verdicts[index]!
      if (fault) expect(faults).toContainEqual(expect.stringMatching(fault))
      else expect(faults).toEqual([])
    })
  }

  it('says nothing that is not so', () => {
    for (const [index, [name]] of wrong.entries())
      if (/hint|not named|looks at|empty text|stray|solution fails/.test(name))
        expect(verdicts[index]!.faults, name).toHaveLength(1)
  })

  it('leaves none of its copies, and those of others alone', () => {
    expect([...new Set(left.filter((name) => name.startsWith('.gate-')))]).toEqual([
      `.gate-${process.ppid}-10-1-0`,
    ])
  })
})

describe('a message that helps', () => {
  it.each([
    ['TODO: meaningOf does not know any whiteout yet', true],
    ['the greeting has no Alice in it: expected ‘’ to contain ‘Alice’', true],
    ['TODO', false],
    ['notimplementedyetatall', false],
    ["TypeError: Cannot read properties of undefined (reading 'x')", false],
    ['expected false to be true', false],
    ['expected [] to be [ 1, 2, 3 ] or something', false],
    ['greet is not a function as far as one can see', false],
  ])('%s: %s', (message, expected) => {
    expect(helps(message)).toBe(expected)
  })
})

describe('variants', () => {
  const stub = `// The head says TODO, but is not a place to edit.

import { x } from './x.ts'

/** TODO: list them */
export function list(): string[] {
  const helper = () => x
  throw new Error('not written yet')
}

// TODO: more
export const limit = 0
export const other = 5
export const half = (a: number) => a / 2 // TODO: halve it
export async function wait() {
  if (other === 6) throw new Error('six is too much')
  throw new Error('TODO: wait')
}
`
  it('do nothing in each place that says TODO, and touch nothing else', () => {
    const attempts = idleAttempts(stub)
    expect([...attempts.keys()]).toEqual([
      'the throw of each TODO taken out',
      'undefined in each place that says TODO',
      "'' in each place that says TODO",
      '[] in each place that says TODO',
    ])
    const taken = attempts.get('the throw of each TODO taken out')!
    expect(taken).not.toContain('not written yet')
    expect(taken).not.toContain("'TODO: wait'")
    expect(taken).toContain('six is too much')
    const empty = attempts.get('[] in each place that says TODO')!
    expect(empty).toContain('list(): string[] { return [] as any }')
    expect(empty).toContain('limit = [] as any')
    expect(empty).toContain('other = 5')
    expect(empty).toContain('half = (a: number) => [] as any')
    expect(empty).toContain('wait() { return [] as any }')
  })

  it('print in every function', () => {
    expect(withStrayLogs("import './x.ts'\nfunction a() { return 1 }\nconst b = () => { return 2 }\n")).toBe(
      "console.log('a stray line');import './x.ts'\nfunction a() {console.log('a stray line'); return 1 }\nconst b = () => {console.log('a stray line'); return 2 }\n",
    )
  })
})
