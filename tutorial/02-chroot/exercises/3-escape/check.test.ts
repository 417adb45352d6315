import { expect, it } from 'vitest'
import { asRoot } from '../../../kit.ts'

const facts = asRoot<{ readonly first: string; readonly again: string }>(import.meta.url)

it('Mallory has got out, and reads Alice’s diary', async (test) => {
  const { first } = await facts(test)
  expect(first, 'what a shell says after your calls').toBe('Dear diary')
})

it('she gets out of the same jail a second time', async (test) => {
  const { again } = await facts(test)
  expect(again, 'what a shell says after your calls, when they have been made here before').toBe('Dear diary')
})
