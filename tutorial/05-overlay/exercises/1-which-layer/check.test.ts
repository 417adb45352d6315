import { expect, it } from 'vitest'
import { type Layer, layerOf } from './exercise.ts'

const system: Layer = {
  etc: 'directory',
  'etc/motd': 'file',
  srv: 'directory',
  'srv/readme': 'file',
  'srv/fruit': 'directory',
  'srv/fruit/lemon': 'file',
}
const shop: Layer = {
  srv: 'directory',
  'srv/sign': 'file',
  'srv/fruit': 'directory',
  'srv/fruit/apple': 'file',
  'srv/fruit/pear': 'file',
}

it('what only one layer has is found there', () => {
  expect(layerOf([shop, system], 'srv/sign'), 'srv/sign is in the shop, the uppermost of two layers').toBe(0)
  expect(layerOf([shop, system], 'etc/motd'), 'etc/motd is only in the system, the second layer').toBe(1)
  expect(
    layerOf([shop, system], 'srv/fruit/lemon'),
    'directories are merged: the lemon is in the second',
  ).toBe(1)
})

it('the uppermost layer that has a name wins', () => {
  const alice: Layer = { srv: 'directory', 'srv/sign': 'file' }
  expect(
    layerOf([alice, shop, system], 'srv/sign'),
    'Alice’s copy of srv/sign lies above that of the shop',
  ).toBe(0)
})

it('what no layer has is not found', () => {
  expect(layerOf([shop, system], 'srv/fruit/kiwi'), 'nobody has a kiwi').toBe(undefined)
  expect(layerOf([], 'srv/sign'), 'there is no layer at all').toBe(undefined)
})

it('a whiteout hides the name below it, and what is in it', () => {
  const alice: Layer = { srv: 'directory', 'srv/sign': 'whiteout', 'srv/fruit': 'whiteout' }
  expect(layerOf([alice, shop, system], 'srv/sign'), 'srv/sign is deleted').toBe(undefined)
  expect(layerOf([alice, shop, system], 'srv/fruit/pear'), 'the whole of srv/fruit is deleted').toBe(
    undefined,
  )
  expect(layerOf([alice, shop, system], 'srv/readme'), 'srv/readme is not').toBe(2)
})

it('a whiteout hides what is below it, and nothing above', () => {
  const bob: Layer = { srv: 'directory', 'srv/sign': 'file' }
  const alice: Layer = { srv: 'directory', 'srv/sign': 'whiteout' }
  expect(layerOf([bob, alice, shop], 'srv/sign'), 'Bob has put up a new sign over the deletion').toBe(0)
})

it('an opaque directory hides the directories of that name below it', () => {
  const alice: Layer = { srv: 'directory', 'srv/fruit': 'opaque directory', 'srv/fruit/kiwi': 'file' }
  expect(layerOf([alice, shop, system], 'srv/fruit/kiwi'), 'the kiwi is in the opaque directory itself').toBe(
    0,
  )
  expect(layerOf([alice, shop, system], 'srv/fruit/pear'), 'the pear lies below the opaque one').toBe(
    undefined,
  )
  expect(layerOf([alice, shop, system], 'srv/sign'), 'srv itself is not opaque').toBe(1)
})

it('a file hides a directory of the same name', () => {
  const alice: Layer = { srv: 'directory', 'srv/fruit': 'file' }
  expect(layerOf([alice, shop, system], 'srv/fruit'), 'srv/fruit is now a file of Alice').toBe(0)
  expect(layerOf([alice, shop, system], 'srv/fruit/pear'), 'there is no way through a file').toBe(undefined)
})
