// For tables of faults: a small course without any is spoiled in one way, and what the check says then is compared.

import { expect, it } from 'vitest'
import { chapter, makeSmallCourse, type SmallCourse } from './small-course.ts'

export interface Case {
  readonly name: string
  readonly spoil: (course: SmallCourse) => void
  /** Every fault that is found then, in any order, as `path:line: sentence` or the part of it that matters. */
  readonly finds: readonly string[]
}

export function itFinds(cases: readonly Case[]): void {
  for (const { name, spoil, finds } of cases)
    it(name, () => {
      using course = makeSmallCourse()
      expect(course.faults()).toEqual([])
      spoil(course)
      const faults = course.faults()
      for (const part of finds) expect(faults.join('\n')).toContain(part)
      expect(faults).toHaveLength(finds.length)
    })
}

/** A chapter with this text at a known place: the fault is found in line `row` of the text. */
export function added(name: string, text: string, row: number, sentence: string): Case {
  const placeholder = 'A place for more.'
  return {
    name,
    spoil: (course) => course.edit(chapter, placeholder, text),
    finds: [`${chapter}:${lineOf(placeholder) + row - 1}: ${sentence}`],
  }
}

/** Something else in the chapter: the fault is found in the line where `from` stood. */
export function changed(name: string, from: string, to: string, sentence: string, line = lineOf(from)): Case {
  return {
    name,
    spoil: (course) => course.edit(chapter, from, to),
    finds: [`${chapter}:${line}: ${sentence}`],
  }
}

export function lineOf(text: string, path = chapter): number {
  using course = makeSmallCourse()
  const index = course
    .read(path)
    .split('\n')
    .findIndex((line) => line.includes(text.split('\n')[0]!))
  if (index < 0) throw new Error(`${path} has nothing like: ${text}`)
  return index + 1
}
