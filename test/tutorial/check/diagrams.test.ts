// Every drawing keeps to its form, has its picture, and is shown.

import { describe } from 'vitest'
import { type Case, changed, itFinds } from './finds.ts'

const sale = 'tutorial/01-shop/diagrams/sale.txt'
const svg = sale.replace('.txt', '.svg')
const old = `${sale}:1: its picture is missing or old`

function edited(name: string, from: string, to: string, finds: string): Case {
  return { name, spoil: (course) => course.edit(sale, from, to), finds: [finds, old] }
}

describe('a drawing', () => {
  itFinds([
    {
      name: 'that was changed',
      spoil: (course) => course.edit(sale, 'Alice', 'Carol'),
      finds: [old],
    },
    {
      name: 'without a picture',
      spoil: (course) => course.remove(svg),
      finds: [old, 'the link to diagrams/sale.svg leads nowhere'],
    },
    {
      name: 'that is missing',
      spoil: (course) => course.remove(sale),
      finds: [`${svg}:1: there is no sale.txt`],
    },
    {
      name: 'that no page shows',
      spoil: (course) => {
        course.write(sale.replace('sale', 'third'), course.read(sale))
        course.write(svg.replace('sale', 'third'), course.read(svg))
      },
      finds: [`does not show this drawing: ![…](diagrams/third.svg)`],
    },
    changed(
      'of which too little is said',
      'Alice buys an apple from Bob, who writes it down](',
      'Alice and Bob](',
      'the text of diagrams/sale.svg has to say',
    ),
    edited('without a title', 'A sale\n', '', `${sale}:1: a drawing begins with its title`),
    edited('that is too wide', '║  Bob  ║', `║  Bob  ║${' '.repeat(70)}.`, `${sale}:4: this line has`),
    edited('with a tab', ' Alice ', '\tAlice', `${sale}:4: a drawing has no tabs`),
    edited('with a wide character', ' Alice ', ' 愛   ', `${sale}:4: this line has a character`),
    edited(
      'with a corner that stands a column off',
      '└───────┘',
      ' └──────┘',
      `${sale}:5: the └ in column 4`,
    ),
  ])
})
