// No link leads nowhere, and headings have the anchors that GitHub gives them.

import { describe, expect, it } from 'vitest'
import { slugger } from '../../../scripts/tutorial/slug.ts'
import { added, itFinds, lineOf } from './finds.ts'
import type { SmallCourse } from './small-course.ts'

const exercise = 'tutorial/01-shop/exercises/1-apple/README.md'

describe('a link', () => {
  itFinds([
    added('to no file', 'x\n[x](../../src/cost.ts)', 2, 'the link to ../../src/cost.ts leads nowhere'),
    added('to no heading', '[x](../README.md#prices)', 1, 'tutorial/README.md has no heading #prices'),
    added('to no heading of its own page', '[x](#prices)', 1, 'tutorial/01-shop/README.md has no heading'),
    added('out of the project', '[x](../../../README.md)', 1, 'the link to ../../../README.md leads out'),
    added('from the root', '[x](/README.md)', 1, 'the link to /README.md is absolute'),
    added(
      'to a line of code',
      '[x](../../src/shop/price.ts#L4)',
      1,
      'the link to ../../src/shop/price.ts#L4',
    ),
    added('without protection', '[x](http://example.com)', 1, 'the link to http://example.com has to begin'),
    added(
      'of another kind',
      '<mallory@example.com>',
      1,
      'the link to mailto:mallory@example.com has to begin',
    ),
    added('in HTML', 'x\n\n<a href="cost.md">x</a>', 3, 'the link to cost.md leads nowhere'),
    added('in a table', '| a |\n| - |\n| b |\n| [x](y.md) |', 4, 'the link to y.md leads nowhere'),
    added('in a list', '- a\n- b\n\n  - c\n    [x](y.md)', 5, 'the link to y.md leads nowhere'),
    added('in a note', '> [!NOTE]\n> a\n>\n> [x](y.md)', 4, 'the link to y.md leads nowhere'),
    added('given below', '[x][y]\n\n[y]: y.md', 1, 'the link to y.md leads nowhere'),
    {
      name: 'of the README',
      spoil: (course) => course.edit('README.md', 'tutorial/', 'course/'),
      finds: ['README.md:3: the link to course/README.md leads nowhere'],
    },
    {
      name: 'of CONTRIBUTING.md',
      spoil: (course) => course.edit('CONTRIBUTING.md', '#shop', '#start'),
      finds: ['CONTRIBUTING.md:3: README.md has no heading #start'],
    },
    {
      name: 'of an exercise to its section',
      spoil: (course) => course.edit(exercise, '#the-idea', '#the-ideas'),
      finds: [`${exercise}:${lineOf('#the-idea', exercise)}: tutorial/01-shop/README.md has no heading`],
    },
    ...['hints.md', 'afterwards.md'].map((name) => {
      const path = exercise.replace('README.md', name)
      return {
        name: `in ${name}`,
        spoil: (course: SmallCourse) => course.write(path, `${course.read(path)}\n[x](y.md)\n`),
        finds: ['the link to y.md leads nowhere'],
      }
    }),
    {
      name: 'that is right, of every kind',
      spoil: (course) =>
        course.edit(
          'README.md',
          '# Shop',
          '<a id="top"></a>\n\n# Shop\n\n## `open(2)`: what & why?\n\n[a](#open2-what--why) [b](#top) [c](src) [d](http://localhost:3000/)\n',
        ),
      finds: [],
    },
  ])
})

describe('an anchor', () => {
  it.each([
    ['What happened in the kernel', 'what-happened-in-the-kernel'],
    ['pivot_root(2)', 'pivot_root2'],
    ['Over, under — and why?', 'over-under--and-why'],
    ['Ça va', 'ça-va'],
    ['veth-pairs', 'veth-pairs'],
  ])('of %s is %s', (heading, anchor) => {
    expect(slugger()(heading)).toBe(anchor)
  })

  it('is numbered if it was there before', () => {
    const anchor = slugger()
    expect(['A', 'A', 'A 1', 'a', 'A-1'].map(anchor)).toEqual(['a', 'a-1', 'a-1-1', 'a-2', 'a-1-2'])
  })
})
