// The plain commands of the workshop, what it remembers, and how it says what is wrong.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { home, readBook } from '../../scripts/tutorial/book.ts'
import { startChecker } from '../../scripts/workshop/checker.ts'
import { allExercises, findExercises } from '../../scripts/workshop/find.ts'
import { complaint } from '../../scripts/workshop/outcome.ts'
import { inPlainWords } from '../../scripts/workshop/plain-words.ts'
import { keepProgress, readProgress, withPassed } from '../../scripts/workshop/progress.ts'
import { isUntouched, keepShipped, reset } from '../../scripts/workshop/shipped.ts'
import { type Course, greeting, limits, makeCourse, names } from './workshop-course.ts'

const course = (): Course => {
  const made = makeCourse()
  onTestFinished(() => made[Symbol.dispose]())
  return made
}

function workshop({ root }: Course, ...args: string[]) {
  const env = { ...process.env, GOCKER_COURSE: root, COLUMNS: '80', NO_COLOR: '1', FORCE_COLOR: undefined }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/workshop.ts', ...args], {
    cwd: home,
    encoding: 'utf8',
    env: { ...env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', USER: 'alice' },
    input: '',
  })
  return { status, stdout, stderr }
}

const solve = ({ root, write }: Course, folder: string) =>
  write(`${folder}/exercise.ts`, readFileSync(join(root, folder, 'solution.ts'), 'utf8'))

describe('check', () => {
  it('one that is not done says what is missing, and nothing else', () => {
    expect(workshop(course(), 'check', '01-1')).toEqual({
      status: 1,
      stdout:
        '✘ 01-1 Greet by name\n  ✘ Alice is greeted by her name\n    TODO: return a greeting with the name in it\n',
      stderr: '',
    })
  })

  it('one that is done passes, and is remembered', () => {
    const alice = course()
    solve(alice, greeting)
    expect(workshop(alice, 'check', '1-1')).toMatchObject({ status: 0, stdout: '✔ 01-1 Greet by name\n' })
    expect(workshop(alice, 'list').stdout).toContain('✔ 01-1 Greet by name')
  })

  it('a chapter passes when all in it do; what was passed can be lost', () => {
    const alice = course()
    solve(alice, greeting)
    const half = workshop(alice, 'check', '01')
    expect(half).toMatchObject({ status: 1, stdout: expect.stringContaining('\n1 of 2 passed.\n') })
    solve(alice, names)
    expect(workshop(alice, 'check', '01')).toMatchObject({
      status: 0,
      stdout: '✔ 01-1 Greet by name\n✔ 01-2 Names in order\n\n2 of 2 passed.\n',
    })
    alice.write(`${greeting}/exercise.ts`, 'export const greet = () => []\n')
    expect(workshop(alice, 'check').status).toBe(1)
    expect(Object.keys(readProgress(alice.root).passed)).toEqual(['01-2'])
  })

  it('what cannot be checked here is no failure, and is said', () => {
    const alice = course()
    alice.write(
      `${limits}/check.test.ts`,
      "import { it } from 'vitest'\nit('Mallory has a limit', (test) => test.skip('needs a kernel of its own'))\n",
    )
    const { status, stdout } = workshop(alice, 'check', '02-1')
    expect([status, stdout]).toEqual([
      0,
      '– 02-1 A limit\n  – It cannot be checked here: needs a kernel of its own.\n',
    ])
    expect(readProgress(alice.root).passed).toEqual({})
  })
})

describe('the other commands', () => {
  it('hint, one after the other', () => {
    const { stdout } = workshop(course(), 'hint', '01-2')
    expect(stdout).toBe(
      'Hint 1 of 3\n\nThe first hint points somewhere.\n\nThe next one: npm run workshop -- hint 01-2 2\n',
    )
    expect(workshop(course(), 'hint', '01-2', '3').stdout).toBe(
      'Hint 3 of 3\n\nThe third is nearly the code.\n',
    )
  })

  it('solution, as a difference from what is there', () => {
    const { stdout } = workshop(course(), 'solution', '01-1')
    expect(stdout).toContain(
      `\n-  throw new Error('TODO: return a greeting with the name in it')\n+  return \`Good morning, \${name}\`\n`,
    )
  })

  it('task, and the chapter', () => {
    expect(workshop(course(), 'task', '01-1').stdout).toContain('Greet by name\n═════════════\n')
    expect(workshop(course(), 'open', '01-1').stdout.startsWith('The idea\n────────\n')).toBe(true)
  })

  it('report, in one line to paste', () => {
    const alice = course()
    solve(alice, greeting)
    workshop(alice, 'check', '01-1')
    expect(workshop(alice, 'report').stdout).toMatch(/^alice 1\/3 · 01:✔· 02:[·–]\n$/)
  })

  it('list, and what is searched in it', () => {
    expect(workshop(course(), 'list', 'order').stdout).toBe('1. Names\n    01-2 Names in order\n')
  })

  it('without a terminal: the usage, and one check', () => {
    const { status, stdout } = workshop(course())
    expect(status).toBe(1)
    expect(stdout).toMatch(/^Usage: npm run workshop -- /)
    expect(stdout).toContain('TODO: return a greeting with the name in it')
  })

  it.each([
    [
      ['check', '09-9'],
      'There is no exercise "09-9". They are called as in: 01-1; `npm run workshop -- list` shows all.\n',
    ],
    [
      ['what'],
      'There is no exercise "what". They are called as in: 01-1; `npm run workshop -- list` shows all.\n',
    ],
    [['hint', '01'], '01 is a chapter; say which exercise of it: 01-1, 01-2.\n'],
    [['hint', '01-1', '4'], '01-1 has the hints 1 to 3, and no hint 4.\n'],
    [['hint'], "missing required argument 'exercise'\n"],
    [['list', 'nobody'], 'There is no exercise with "nobody" in its name.\n'],
    [['--what'], "unknown option '--what'\n"],
  ])('%j is an error in one sentence', (args, sentence) => {
    expect(workshop(course(), ...args)).toEqual({ status: 2, stdout: '', stderr: sentence })
  })
})

describe('reset', () => {
  it('puts one back, and keeps what was there', () => {
    const alice = course()
    const shipped = readFileSync(join(alice.root, greeting, 'exercise.ts'), 'utf8')
    workshop(alice, 'list')
    solve(alice, greeting)
    workshop(alice, 'check', '01-1')
    const { stdout } = workshop(alice, 'reset', '01-1')
    const backup = /^01-1: yours is now (.+)\n01-1 is as it was shipped\.\n$/.exec(stdout)![1]!
    expect(readFileSync(join(alice.root, backup), 'utf8')).toContain('Good morning')
    expect(readFileSync(join(alice.root, greeting, 'exercise.ts'), 'utf8')).toBe(shipped)
    expect(readProgress(alice.root).passed).toEqual({})
  })

  it('puts all back; twice in one second keeps both', () => {
    const alice = course()
    workshop(alice, 'list')
    for (const text of ['export const a = 1\n', 'export const a = 2\n']) {
      for (const folder of [greeting, names, limits]) alice.write(`${folder}/exercise.ts`, text)
      expect(workshop(alice, 'reset', 'all').stdout).toContain('All 3 are as they were shipped.')
    }
    expect(readdirSync(join(alice.root, '.workshop/backups'))).toHaveLength(6)
  })

  const git = ({ root }: Course, who: string, ...args: string[]) =>
    spawnSync('git', ['-c', `user.name=${who}`, '-c', `user.email=${who}@example.org`, ...args], {
      cwd: root,
    })

  it('knows what was shipped from git, also when the first start comes after the first edit', () => {
    const alice = course()
    git(alice, 'author', 'init', '-q')
    git(alice, 'author', 'add', 'tutorial')
    git(alice, 'author', 'commit', '-qm', 'the course')
    const exercises = allExercises(readBook(alice.root))
    solve(alice, greeting)
    keepShipped(alice.root, exercises)
    expect(isUntouched(alice.root, exercises[0]!)).toBe(false)
    reset(alice.root, exercises[0]!)
    expect(readFileSync(join(alice.root, greeting, 'exercise.ts'), 'utf8')).toContain('TODO')
  })

  it('a newer version from upstream is taken over, a commit of the learner’s own is not', () => {
    const alice = course()
    git(alice, 'author', 'init', '-q')
    git(alice, 'author', 'add', 'tutorial')
    git(alice, 'author', 'commit', '-qm', 'the course')
    git(alice, 'alice', 'config', 'user.email', 'alice@example.org')
    const exercises = allExercises(readBook(alice.root))
    keepShipped(alice.root, exercises)
    solve(alice, greeting)
    git(alice, 'alice', 'commit', '-qam', 'done')
    keepShipped(alice.root, exercises)
    expect(isUntouched(alice.root, exercises[0]!)).toBe(false)
    alice.write(`${names}/exercise.ts`, '// TODO: better words\n')
    git(alice, 'author', 'commit', '-qam', 'better words')
    keepShipped(alice.root, exercises)
    expect(isUntouched(alice.root, exercises[1]!)).toBe(true)
  })
})

describe('what is remembered', () => {
  it('survives a file that is broken, and two workshops at once', () => {
    const alice = course()
    keepProgress(alice.root, (progress) => ({ ...progress, current: '01-2' }))
    writeFileSync(join(alice.root, '.workshop/state.json'), '{"passed": {"01-')
    expect(readProgress(alice.root)).toEqual({ passed: {} })
    keepProgress(alice.root, withPassed('01-1', true))
    keepProgress(alice.root, withPassed('01-2', true))
    keepProgress(alice.root, withPassed('01-1', false))
    expect(Object.keys(readProgress(alice.root).passed)).toEqual(['01-2'])
    expect(readdirSync(join(alice.root, '.workshop'))).toEqual(['state.json'])
  })

  it('is not part of the project', () => {
    const { status } = spawnSync('git', ['check-ignore', '-q', '.workshop/state.json'], { cwd: home })
    if (existsSync(join(home, '.git'))) expect(status).toBe(0)
  })
})

describe('names of exercises', () => {
  it.each([
    ['01-2', ['01-2']],
    ['1-2', ['01-2']],
    ['1.2', ['01-2']],
    ['01', ['01-1', '01-2']],
    ['2', ['02-1']],
    [undefined, ['01-1', '01-2', '02-1']],
  ])('%s', (word, ids) => {
    expect(findExercises(readBook(course().root), word).map(({ id }) => id)).toEqual(ids)
  })
})

describe('what is wrong, in plain words', () => {
  const frame = (file: string, line: number) => ({ stacks: [{ file: `/a/${file}`, line }] })
  it.each([
    [
      'a sentence stays',
      { message: 'TODO: write it', name: 'Error', ...frame('exercise.ts', 3) },
      'TODO: write it',
    ],
    [
      'where a program stumbled',
      { message: 'x is not defined', name: 'ReferenceError', ...frame('exercise.ts', 3) },
      'ReferenceError: x is not defined (exercise.ts, line 3)',
    ],
    [
      'what is not exported',
      { message: 'greet is not a function', name: 'TypeError', ...frame('check.test.ts', 3) },
      'exercise.ts exports no function greet.',
    ],
    [
      'an assertion',
      { message: "no Alice: expected 'Bob' to be 'Alice' // Object.is equality", name: 'AssertionError' },
      'no Alice: expected ‘Bob’ to be ‘Alice’',
    ],
    [
      'an error that did not come',
      { message: '1e3 is no size: expected [Function] to throw an error', name: 'AssertionError' },
      '1e3 is no size: an error should have been thrown, and was not',
    ],
    [
      'a zero',
      { message: 'the first: expected +0 to be { n: +0 }', name: 'AssertionError' },
      'the first: expected 0 to be { n: 0 }',
    ],
    [
      'a file that is not there',
      { message: "Cannot find module './exercise.ts' imported from check.test.ts", name: 'Error' },
      'exercise.ts is gone. A reset puts it back as it was shipped.',
    ],
    [
      'colours and long values',
      {
        message: '\x1b[31mthe list: expected [ Array(3) ] to deeply equal [ Array(2) ]\x1b[39m',
        name: 'AssertionError',
        diff: '- Expected\n+ Received\n\n  [\n    "a",\n+   "b",\n  ]',
      },
      'the list: expected [ Array(3) ] to be [ Array(2) ]\nis      "b",',
    ],
    [
      'what takes too long',
      { message: 'Test timed out in 30000ms.\nIf this is a long-running test, …', name: 'Error' },
      'This has not come to an end within 30 seconds. Does something wait for what never comes?',
    ],
  ])('%s', (_, error, words) => {
    expect(inPlainWords(error, 30_000)).toBe(words)
  })
})

describe('code that is unkind', () => {
  it('neither ends the check nor hides the rest, and is told apart', async () => {
    const alice = course()
    const files = [greeting, names, limits].map((folder) => join(alice.root, folder, 'check.test.ts'))
    const checker = startChecker({ root: alice.root, timeout: 2_000 })
    onTestFinished(() => checker.stop())
    const say = async (source: string) => {
      alice.write(`${greeting}/exercise.ts`, source)
      const outcomes = await checker.check(files)
      expect(outcomes.size).toBe(3)
      expect(complaint(outcomes.get(files[2]!)!)!.title).toBe('Mallory has a limit')
      return complaint(outcomes.get(files[0]!)!)!.message
    }
    expect(await say('while (true);')).toContain('Is there a loop that never stops?')
    expect(await say('process.kill(process.pid, "SIGKILL")')).toContain('Does the code kill its own process?')
    expect(await say('export const greet = () => process.exit(0)')).toContain('process.exit() was called')
    expect(await say('export const greet = () => new Promise(() => {})')).toContain('no Alice')
    expect(await say("import './nowhere.ts'\nexport const greet = 1")).toContain('nowhere.ts')
  })

  it('what it prints does not get into the way', async () => {
    const alice = course()
    alice.write(
      `${greeting}/exercise.ts`,
      "process.stdout.write('one\\n')\nconsole.error('two')\nexport const greet = (name: string) => { console.log('\\x1b[2J', name); return name }\n",
    )
    const { stdout, status } = workshop(alice, 'check', '01-1')
    expect(status).toBe(0)
    expect(stdout).toContain('│ two')
    expect(stdout).toContain('│ one')
    expect(stdout).toContain('│  Alice')
    expect(stdout).not.toContain('\x1b')
  })
})
