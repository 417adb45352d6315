// Every chapter has the same parts in the same order.

import { describe, expect, it } from 'vitest'
import { added, changed, itFinds } from './finds.ts'
import { chapter, makeSmallCourse } from './small-course.ts'

describe('a chapter', () => {
  itFinds([
    changed(
      'with the wrong number',
      '# 1. The shop',
      '# 2. The shop',
      'a chapter begins with the heading `# 1. ',
    ),
    added('with a second title', '# More', 1, 'a chapter has one heading of the first level only'),
    changed('without a goal', '**Goal** Know', 'Goal: know', 'below its title a chapter has the lines', 5),
    changed('with two lines that are shown as one', 'minutes\\', 'minutes', 'Needs runs on', 6),
    changed('with an empty line', '**Needs** nothing', '**Needs**', 'nothing stands behind Needs'),
    changed(
      'with a section too few',
      '## What the others do\n',
      '### Others\n',
      'the section `## What the others do` is missing',
      1,
    ),
    added('with a section too many', '## More', 1, '`## More` is no section'),
    {
      name: 'with its sections in another order',
      spoil: (course) => {
        course.edit(chapter, '## If it fails\n', '## What the others do!\n')
        course.edit(chapter, '## What the others do\n', '## If it fails\n')
        course.edit(chapter, '## What the others do!\n', '## What the others do\n')
      },
      finds: ['`## If it fails` stands too late, or twice.'],
    },
    {
      name: 'with two pictures that are one',
      spoil: (course) => course.edit(chapter, 'diagrams/book.svg', 'diagrams/sale.svg'),
      finds: [
        `${chapter}:1: the chapter shows 1 diagrams`,
        'tutorial/01-shop/diagrams/book.txt:1: tutorial/01-shop/README.md does not show this drawing',
      ],
    },
  ])

  it('has 1,500 to 3,000 words, whatever there is of code and output', () => {
    using course = makeSmallCourse()
    const output = `\`\`\`text\n${'one apple '.repeat(5000)}\n\`\`\``
    course.edit(chapter, 'A place for more.', output)
    expect(course.faults()).toEqual([])
    course.edit(chapter, output, 'one apple '.repeat(1000))
    expect(course.faults()).toEqual([expect.stringMatching(/has \d{4} words; it should be 1500 to 3000/)])
  })
})
