// Code in the prose is what the sources say, commands are what the tests run, and no mark in a source is left over.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { writeCourse } from '../../../scripts/tutorial/check.ts'
import { added, changed, itFinds, lineOf } from './finds.ts'
import { chapter, makeSmallCourse } from './small-course.ts'

const source = 'src/shop/price.ts'
const exercise = 'tutorial/01-shop/exercises/1-apple/README.md'
const region = (from: string, to = from) => `// #region ${from}\n// #endregion ${to}\n`
const quotation = lineOf('```ts src/shop/price.ts#price')

describe('a quotation', () => {
  itFinds([
    changed('that was changed', 'return 1', 'return 3', `this is not what ${source}#price says`, quotation),
    changed(
      'that was changed, in a list',
      'isSale = true',
      'isSale = false',
      `this is not what ${source}#sale says`,
      lineOf('```ts src/shop/price.ts#sale'),
    ),
    {
      name: 'whose source was changed',
      spoil: (course) => course.edit(source, 'return 2', 'return 3'),
      finds: [`${chapter}:${quotation}: this is not what ${source}#price says`],
    },
    added('of an unknown name', '```ts src/shop/price.ts#cost\n```', 1, 'src/shop/price.ts has neither'),
    added('of an unknown file', 'x\n\n```ts src/shop/cost.ts#cost\n```', 3, 'there is no src/shop/cost.ts'),
  ])

  it('is filled in, wherever it stands', () => {
    using course = makeSmallCourse()
    const before = course.read(chapter)
    const price =
      '```ts src/shop/price.ts#price\n/** In euros. */\nexport function price(name: string): number {\n' +
      "  if (name === 'apple') return 1\n\n  return 2\n}\n```\n"
    expect(before).toContain(`\n${price}`)
    expect(before).toContain('\n  ```ts src/shop/price.ts#sale\n  export const isSale = true\n  ```\n')
    course.edit(source, 'return 2', 'return 22')
    course.edit(chapter, 'A place for more.', '> ```ts src/shop/price.ts#isSale\n> old\n> ```')
    writeCourse(course.root)
    expect(course.read(chapter)).toBe(
      before
        .replace('return 2', 'return 22')
        .replace(
          'A place for more.',
          '> ```ts src/shop/price.ts#isSale\n> export const isSale = true\n> ```',
        ),
    )
    expect(course.faults()).toEqual([])
  })
})

describe('a block', () => {
  itFinds([
    added('of code that is typed', '```ts\nprice()\n```', 1, 'code is quoted, not typed'),
    added('of an unknown kind', '```bash\nls\n```', 1, 'a block of ```bash is none of those'),
    added('of no kind', 'x\n\n```\nls\n```', 3, 'a block of ``` is none of those'),
    added('that is only indented', 'Look:\n\n    ls\n', 3, 'an indented block'),
    added('of ```sh with a prompt', '```sh\n$ ls\n```', 1, 'a block of ```sh has no prompts'),
    added('of output without a command', '```console\napple\n```', 1, 'a console block begins with'),
    added('of no command', '```console\n```', 1, 'a console block'),
    added('for a kernel of no kind', '```console cgroup=v3\n$ ls\n```', 1, 'a block of ```console cgroup=v3'),
    {
      name: 'of commands in an exercise',
      spoil: (course) => course.edit(exercise, '```ts', '```console'),
      finds: [`${exercise}:${lineOf('```ts', exercise)}: the tests run no commands of exercises`],
    },
  ])
})

describe('a region', () => {
  itFinds([
    {
      name: 'that no page quotes',
      spoil: (course) => course.write('src/shop/a.ts', `\n${region('a')}`),
      finds: ['src/shop/a.ts:2: no page quotes the region a'],
    },
    {
      name: 'that only ends',
      spoil: (course) => course.write('chapters/a.ts', '// #endregion a\n'),
      finds: ['chapters/a.ts:1: no region a begins'],
    },
    {
      name: 'that does not end',
      spoil: (course) => course.edit(source, '// #endregion sale', ''),
      finds: [
        `${source}:${lineOf('#region sale', source)}: the region sale has no end`,
        `${source} has neither a region nor a declaration called sale`,
      ],
    },
    {
      name: 'without a name',
      spoil: (course) => course.write('scripts/a.ts', '// #region\n'),
      finds: ['scripts/a.ts:1: a #region needs a name'],
    },
    {
      name: 'that is there twice',
      spoil: (course) => course.write(source, `${course.read(source)}${region('sale')}`),
      finds: ['this file has a region sale already', `no region sale begins`],
    },
  ])
})

it('says where and what, in one line for each, and ends with status 1', () => {
  using course = makeSmallCourse()
  course.edit(chapter, 'A place for more.', '[x](y.md)\n\n```ts\n```')
  const check = fileURLToPath(new URL('../../../scripts/tutorial/check.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [check, course.root], { encoding: 'utf8' })
  const line = lineOf('A place for more.')
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(`^${chapter}:${line}: .*\\.$`),
    expect.stringMatching(`^${chapter}:${line + 2}: .*\\.$`),
    '',
    'The course has 2 faults.',
    '',
  ])
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
})
