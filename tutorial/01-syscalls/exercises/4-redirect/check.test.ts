import { expect, it, type TestContext } from 'vitest'
import { factsOf, needsLinux } from '../../../kit.ts'

interface Facts {
  readonly status: number | string
  readonly sorted: string | null
  readonly mode: number | null
  readonly reversed: number | string
  readonly old: string | null
  readonly missing: number | string
  readonly untouched: boolean
  readonly both: number | string
  readonly answer: string | null
}

let probe: Promise<Facts> | undefined
function facts(test: TestContext): Promise<Facts> {
  needsLinux(test)
  probe ??= factsOf<Facts>(import.meta.url)
  return probe
}

it('sort < names > sorted', async (test) => {
  const { status, sorted } = await facts(test)
  expect(
    sorted,
    'the file sorted does not exist: is the output opened, with the flag that makes it?',
  ).not.toBe(null)
  expect(sorted, 'what sort has written into the file sorted').toBe('Alice\nBob\nMallory\n')
  expect(status, 'the status of sort, or the call that failed').toBe(0)
})

it('the new file can be read by all and written by you', async (test) => {
  const { mode } = await facts(test)
  expect(mode, 'the file sorted does not exist').not.toBe(null)
  expect(mode?.toString(8), 'the rights of the file sorted, in octal').toBe('644')
})

it('of an old file nothing is left', async (test) => {
  const { old, reversed } = await facts(test)
  expect(old?.slice(0, 40), 'sort -r has written into a file that had 1000 letters x').toBe(
    'Mallory\nBob\nAlice\n',
  )
  expect(reversed, 'the status of sort -r').toBe(0)
})

it('without an input, nothing happens, and the error names the call', async (test) => {
  const { missing, untouched } = await facts(test)
  expect(missing, 'the input does not exist: the list must stop at the call that opens it').toBe(
    'openat ENOENT',
  )
  expect(untouched, 'the output was made, although there was no input: which is opened first?').toBe(false)
})

it('complaints do not go into the file, and the status is that of the program', async (test) => {
  const { both, answer } = await facts(test)
  expect(answer, 'a program complains on descriptor 2 and answers on descriptor 1').toBe('an answer\n')
  expect(both, 'it ended with exit 3').toBe(3)
})
