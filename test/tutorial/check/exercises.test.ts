// Every exercise has all its parts, and its chapter names it.

import { describe } from 'vitest'
import { type Case, changed, itFinds, lineOf } from './finds.ts'
import { chapter } from './small-course.ts'

const folder = 'tutorial/01-shop/exercises/1-apple'
const section = `${chapter}:${lineOf('## Exercises')}`

function edited(name: string, file: string, from: string, to: string, line: number, sentence: string): Case {
  const path = `${folder}/${file}`
  return { name, spoil: (course) => course.edit(path, from, to), finds: [`${path}:${line}: ${sentence}`] }
}

describe('an exercise', () => {
  itFinds([
    ...['exercise.ts', 'check.test.ts', 'hints.md', 'solution.ts', 'afterwards.md'].map(
      (name): Case => ({
        name: `without ${name}`,
        spoil: (course) => course.remove(`${folder}/${name}`),
        finds: [`${folder}/${name}:1: this file of the exercise is missing`],
      }),
    ),
    {
      name: 'without a task',
      spoil: (course) => course.remove(`${folder}/README.md`),
      finds: [
        `${folder}/README.md:1: this file of the exercise is missing`,
        'exercises/1-apple/README.md leads nowhere',
      ],
    },
    edited('with nothing to do', 'exercise.ts', 'TODO', 'Do', 1, 'no TODO says'),
    edited(
      'with a solution that is none',
      'solution.ts',
      '() =>',
      '/* TODO */ () =>',
      1,
      'a solution has no TODO',
    ),
    edited('with two hints', 'hints.md', '## 3', '### 3', 1, 'there are three hints'),
    edited('with an empty hint', 'hints.md', 'Think more.', '', 5, 'this hint is empty'),
    edited('with unknown needs', 'README.md', 'nothing', 'luck', 1, 'the task has a line `Needs: …`'),
    edited('without a title', 'README.md', '# Sell', '## Sell', 1, 'the task begins with a `# Title`'),
    edited(
      'that belongs nowhere',
      'README.md',
      '../../README.md#the-idea',
      '../../README.md',
      1,
      'the task has a link',
    ),
    changed(
      'that its chapter does not name',
      '[01-1](exercises/1-apple/README.md)',
      '01-1',
      '',
      lineOf('## Exercises'),
    ),
    {
      name: 'alone',
      spoil: (course) => course.remove('tutorial/01-shop/exercises/2-pear'),
      finds: [`${section}: the chapter has 1 exercises`, 'exercises/2-pear/ leads nowhere'],
    },
    {
      name: 'out of order',
      spoil: (course) => {
        for (const name of [
          'README.md',
          'exercise.ts',
          'check.test.ts',
          'hints.md',
          'solution.ts',
          'afterwards.md',
        ])
          course.write(`tutorial/01-shop/exercises/4-plum/${name}`, course.read(`${folder}/${name}`))
        course.edit(chapter, '- [01-1]', '- [01-4](exercises/4-plum/README.md)\n- [01-1]')
      },
      finds: ['tutorial/01-shop/exercises/4-plum:1: the folder'],
    },
  ])
})
