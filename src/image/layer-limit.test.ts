import { expect, it } from 'vitest'
import { layerLimit } from './layer-limit.ts'

it('a gigabyte is allowed, whatever it came from', () => {
  const limit = layerLimit(undefined)
  limit.came(1)
  limit.content(2 ** 30)
  expect(() => limit.content(1)).toThrow(
    /more than 1073741824 bytes on the disk, from 1: that is how a decompr/,
  )
})

it('and beyond that two hundred times what came', () => {
  const limit = layerLimit(undefined)
  limit.came(10 * 2 ** 20)
  limit.content(2000 * 2 ** 20)
  expect(() => limit.content(1)).toThrow(/GOCKER_LAYER_LIMIT/)
  limit.came(1)
  limit.content(100)
})

it('a name without content counts as well', () => {
  const limit = layerLimit(undefined)
  for (let i = 0; i < 2 ** 18; i++) limit.entry()
  expect(() => limit.entry()).toThrow(/bomb/)
})

it('GOCKER_LAYER_LIMIT goes before all that', () => {
  const limit = layerLimit('100')
  limit.content(100)
  expect(() => limit.content(1)).toThrow(
    'it becomes more than 100 bytes on the disk, which is what GOCKER_LAYER',
  )
  for (const wrong of ['many', '0', '-5', '1g'])
    expect(() => layerLimit(wrong)).toThrow(/must be a number of bytes/)
})
