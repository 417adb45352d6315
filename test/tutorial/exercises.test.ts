// Each exercise of the course fails as shipped with a sentence that helps, is passed by its solution, and by nothing less.

import { beforeAll, describe, expect, it } from 'vitest'
import { home, readBook } from '../../scripts/tutorial/book.ts'
import { allExercises } from '../../scripts/workshop/find.ts'
import { gate, type Verdict } from '../../scripts/workshop/gate.ts'

const exercises = allExercises(readBook())

describe('the exercises', () => {
  let verdicts: Map<string, Verdict>
  beforeAll(async () => {
    verdicts = await gate(home, exercises)
  }, 900_000)

  it('are all looked at', () => {
    expect(verdicts.size).toBe(exercises.length)
    expect(exercises.length).toBeGreaterThanOrEqual(27)
  })

  for (const { id, title } of exercises) {
    it(`${id} ${title}`, (test) => {
      const { faults, skipped } = verdicts.get(id)!
      expect(faults).toEqual([])
      if (skipped !== undefined) test.skip(skipped)
    })
  }
})
