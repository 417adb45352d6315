import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readEnvironment } from './environment.ts'

const folder = mkdtempSync(join(tmpdir(), 'gocker-env-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(content: string): string {
  const path = join(folder, 'env')
  writeFileSync(path, content)
  return path
}

describe('the environment on the command line', () => {
  it.each([
    ['A=b', 'A=b'],
    ['A=', 'A='],
    ['A=b=c', 'A=b=c'],
    ['A= b ', 'A= b '],
    ['HERE', 'HERE=yes'],
    ['NOT_HERE', 'NOT_HERE'],
  ])('%s', (given, expected) => expect(readEnvironment([], [given], { HERE: 'yes' })).toEqual([expected]))

  it.each(['', '='])('"%s" is none', (given) =>
    expect(() => readEnvironment([], [given])).toThrow('invalid environment variable'),
  )
})

describe('a file of the environment', () => {
  it('has one variable a line, comments, and no quotes', () => {
    const content =
      '\uFEFF# comment\nA=b\r\n\n   B="quoted"\n  # another\nHERE\nC=x # not a comment\nNOT_HERE'
    expect(readEnvironment([file(content)], ['A=later'], { HERE: 'yes' })).toEqual([
      'A=b',
      'B="quoted"',
      'HERE=yes',
      'C=x # not a comment',
      'NOT_HERE',
      'A=later',
    ])
  })

  it('with a blank in a name is refused, in Docker’s words', () => {
    const path = file('A B=c')
    expect(() => readEnvironment([path], [])).toThrow(
      `poorly formatted environment: variable 'A B' contains whitespaces`,
    )
  })

  it('must be there', () => {
    expect(() => readEnvironment(['/no/such'], [])).toThrow('open /no/such: no such file or directory')
  })
})
