import { expect, it } from 'vitest'
import { asRoot } from '../../../kit.ts'

const facts = asRoot<{
  readonly refused?: string
  readonly alice: readonly string[]
  readonly bob: readonly string[]
  readonly host: boolean
  readonly aliceToBob: string
  readonly bobToAlice: string
  readonly aliceToHerself: string
  readonly malloryToAlice: string
  readonly real: boolean
}>(import.meta.url)

it('the kernel takes every message', async (test) => {
  const { refused } = await facts(test)
  expect(refused ?? 'every message was taken', 'what the kernel said').toBe('every message was taken')
})

it('each has one end of the cable, and it is on', async (test) => {
  const { alice, bob } = await facts(test)
  expect(alice, 'Alice’s links').toContain('eth0 on')
  expect(bob, 'Bob’s links').toContain('eth0 on')
})

it('Alice reaches Bob, and Bob reaches Alice', async (test) => {
  const { aliceToBob, bobToAlice } = await facts(test)
  expect(aliceToBob, 'Alice visits Bob').toBe('http://10.7.0.3 → "hello, 10.7.0.2"')
  expect(bobToAlice, 'Bob visits Alice').toBe('http://10.7.0.2 → "hello, 10.7.0.3"')
})

it('each reaches itself', async (test) => {
  const { aliceToHerself } = await facts(test)
  expect(aliceToHerself, 'Alice visits 127.0.0.1').toBe('http://127.0.0.1 → "hello, 127.0.0.1"')
})

it('nobody else is on the cable', async (test) => {
  const { malloryToAlice, host } = await facts(test)
  expect(malloryToAlice, 'Mallory, in a namespace of her own, visits Alice').toMatch(/no way|no answer/)
  expect(host, 'the host that is played here has the same links as before').toBe(true)
})

it('your own links are as they were', async (test) => {
  const { real } = await facts(test)
  expect(real, 'the links of this machine are the same as before').toBe(true)
})
