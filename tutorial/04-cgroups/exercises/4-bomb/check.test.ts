import { expect, it } from 'vitest'
import { asRoot } from '../../../kit.ts'

const facts = asRoot<{
  readonly limit: string | undefined
  readonly most: number
  readonly outside: number
  readonly refused: number
  /** Has the list moved the process that made it, the parent of the bomb? */
  readonly isMoved: boolean
}>(import.meta.url)

it('the group is there, and has the limit', async (test) => {
  const { limit } = await facts(test)
  expect(limit, 'what pids.max of the new group says, while the bomb runs').toBe('20')
})

it('the bomb is in the group', async (test) => {
  const { most, outside, isMoved } = await facts(test)
  expect(isMoved, 'the list has moved the process that made it, and not the one that carries it out').toBe(
    false,
  )
  expect(most, 'the most processes that were seen in the new group').toBeGreaterThan(1)
  expect(outside, 'the most processes of the bomb that were seen outside of it').toBe(0)
})

it('and it gets no further than the limit', async (test) => {
  const { most, refused } = await facts(test)
  expect(most, 'the most processes that were seen in the new group, with a limit of 20').toBeLessThanOrEqual(
    20,
  )
  expect(refused, 'starts that the kernel refused in the new group').toBeGreaterThan(0)
})
