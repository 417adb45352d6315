import { expect, it, type TestContext } from 'vitest'
import { factsOf, needsLinux } from '../../../kit.ts'
import { waiting } from './exercise.ts'

interface Facts {
  readonly asleep: {
    readonly program: string
    readonly kilobytes: number
    readonly parent: boolean
    readonly secret: boolean
  }
  readonly awake: { readonly pid: boolean; readonly parent: boolean; readonly heard: string }
}

let found: Promise<Facts> | undefined
function facts(test: TestContext): Promise<Facts> {
  needsLinux(test)
  found ??= factsOf<Facts>(import.meta.url)
  return found
}

it('it waits in a program of its own', async (test) => {
  const { asleep } = await facts(test)
  expect(asleep.program, 'what the process is while it waits').toMatch(/^\/memfd:nap/)
  expect(asleep.kilobytes, 'the memory of its own, in KB').toBeLessThan(100)
})

it('its child stays its child', async (test) => {
  const { asleep, awake } = await facts(test)
  expect(asleep.parent, 'is it the parent while it waits?').toBe(true)
  expect(awake.parent, 'and afterwards?').toBe(true)
})

it('no other descriptor stays open', async (test) => {
  const { asleep } = await facts(test)
  expect(
    asleep.secret,
    'a descriptor that is neither in wakers nor in kept is open in the small program',
  ).toBe(false)
})

it('it wakes up as the same process, and what woke it is there to be read', async (test) => {
  const { awake } = await facts(test)
  expect(awake.pid, 'has it its old number?').toBe(true)
  expect(awake.heard, 'what it reads from the waker').toBe('hello')
})

it('a signal does not stop it', (test) => {
  needsLinux(test)
  const list = waiting({ wakers: [3], kept: [], next: ['/bin/true', 'true'], env: [] })
  const wait = list.find(({ name }) => name === 'ppoll')
  expect(wait, 'the list has a ppoll').toBeDefined()
  expect(wait?.allow, 'the error that ppoll may have, without being the end').toBe('EINTR')
})
