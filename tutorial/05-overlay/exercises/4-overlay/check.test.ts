import { expect, it } from 'vitest'
import { asRoot } from '../../../kit.ts'

const facts = asRoot<{
  readonly alice: readonly string[]
  readonly bob: readonly string[]
  readonly layer: boolean
  readonly kiwi: boolean
  readonly whiteout: boolean
  readonly host: boolean
}>(import.meta.url)

it('Alice’s root is the tree of both layers', async (test) => {
  const { alice } = await facts(test)
  expect(alice[0], 'her shell does not find itself in the tree of the layers').not.toBe('not in the tree')
  expect(alice, 'she sees the files of the lower layer').toContain('a system')
})

it('Alice can delete a file of a layer, and write a new one', async (test) => {
  const { alice } = await facts(test)
  expect(alice[0], 'what /srv holds after she has deleted the apple and added a kiwi').toBe('kiwi pear')
})

it('what she has done lies in her upper directory', async (test) => {
  const { kiwi, whiteout } = await facts(test)
  expect(kiwi, 'the kiwi is in the upper directory').toBe(true)
  expect(whiteout, 'the apple is a whiteout in the upper directory').toBe(true)
})

it('Bob, and the layers, have lost nothing', async (test) => {
  const { bob, layer } = await facts(test)
  expect(bob, 'what Bob sees in /srv').toEqual(['apple pear'])
  expect(layer, 'the layer is as it was').toBe(true)
})

it('the host has no mount more than before', async (test) => {
  const { host } = await facts(test)
  expect(host, 'a mount has reached the host: are the mounts private?').toBe(true)
})
