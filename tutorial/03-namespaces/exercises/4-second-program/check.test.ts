import { expect, it } from 'vitest'
import { asRoot } from '../../../kit.ts'

const facts = asRoot<{
  readonly missing: readonly string[]
  readonly seen: string
  readonly afterwards: boolean
  readonly noProgram: string
  readonly afterError: boolean
  readonly noContainer: string
  readonly left: number
}>(import.meta.url)

it('the new program is in the namespaces of the container', async (test) => {
  const { missing } = await facts(test)
  expect(
    missing.filter((kind) => kind !== 'pid'),
    'the kinds of namespace in which it is not where Alice’s container is',
  ).toEqual([])
})

it('it was born into the PID namespace', async (test) => {
  const { missing } = await facts(test)
  expect(
    missing,
    'a process that enters a PID namespace stays in its own: its parent has to prepare it',
  ).not.toContain('pid')
})

it('it is Alice’s next process, and sees only hers', async (test) => {
  const { seen } = await facts(test)
  const [who, processes = '', itself] = seen.split('\n')
  expect(
    who,
    'the name of the machine and the number of the shell, which is the third program in there',
  ).toMatch(/^alice [23]$/)
  expect(processes.split(' ')[0], 'the first process that it sees').toBe('1')
  expect(itself, 'does it find itself in /proc?').toBe('itself')
})

it('the next child of the parent is born on the host', async (test) => {
  const { afterwards } = await facts(test)
  expect(afterwards, 'the parent’s next child is born in the container: it has not taken that back').toBe(
    true,
  )
})

it('also when the program cannot be started', async (test) => {
  const { noProgram, afterError } = await facts(test)
  expect(noProgram, 'what enter says to a program that is not there').toMatch(/ENOENT/)
  expect(afterError, 'after an error, the parent’s next child is born in the container').toBe(true)
})

it('nothing is left open', async (test) => {
  const { left } = await facts(test)
  expect(left, 'how many descriptors the parent has open that it had not before').toBe(0)
})

it('a container that has ended cannot be entered', async (test) => {
  const { noContainer } = await facts(test)
  expect(noContainer, 'what enter says when the container is gone').not.toBe('no error')
})
