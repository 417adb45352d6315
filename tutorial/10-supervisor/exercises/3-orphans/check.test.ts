import { expect, it, type TestContext } from 'vitest'
import { factsOf, needsLinux } from '../../../kit.ts'

interface Facts {
  readonly codes: readonly number[]
  readonly first?: number
  readonly left: number
  readonly afterwards: boolean
  readonly afterError: boolean
}

let found: Promise<Facts> | undefined
function facts(test: TestContext): Promise<Facts> {
  needsLinux(test)
  found ??= factsOf<Facts>(import.meta.url)
  return found
}

it('the one that was started has its exit code', async (test) => {
  const { first } = await facts(test)
  expect(first, 'the exit code of the process that start() returned').toBe(5)
})

it('and so have all that it has left behind', async (test) => {
  const { codes } = await facts(test)
  expect(
    codes,
    'all exit codes: of the first, of three that it started, and of one that one of those started',
  ).toEqual([3, 4, 5, 6, 137])
})

it('nobody is left, alive or as a zombie', async (test) => {
  const { left } = await facts(test)
  expect(left, 'the number of children that are left').toBe(0)
})

it('afterwards, orphans go where they went before', async (test) => {
  const { afterwards } = await facts(test)
  expect(afterwards, 'are we still a subreaper?').toBe(false)
})

it('also if nothing could be started', async (test) => {
  const { afterError } = await facts(test)
  expect(afterError, 'are we still a subreaper after start() has thrown?').toBe(false)
})
