import { expect, it } from 'vitest'
import { differenceOf, type Tree } from './exercise.ts'

const shop: Tree = {
  srv: 'directory',
  'srv/sign': { content: 'welcome' },
  'srv/fruit': 'directory',
  'srv/fruit/apple': { content: '1 euro' },
  'srv/fruit/pear': { content: '1 euro' },
}
const without = (...paths: string[]): Tree =>
  Object.fromEntries(Object.entries(shop).filter(([path]) => !paths.includes(path)))

it('what is new is in the layer', () => {
  const after: Tree = { ...shop, 'srv/fruit/kiwi': { content: '2 euro' } }
  expect(differenceOf(shop, after), 'Alice has added a kiwi').toEqual(['srv/fruit/kiwi'])
})

it('what has other content is in the layer', () => {
  const after: Tree = { ...shop, 'srv/sign': { content: 'closed' } }
  expect(differenceOf(shop, after), 'Alice has changed the sign').toEqual(['srv/sign'])
})

it('what has not changed is not in the layer', () => {
  const copy: Tree = structuredClone(shop)
  expect(differenceOf(shop, copy), 'nothing has changed').toEqual([])
  expect(differenceOf({}, { srv: 'directory' }), 'but a new directory is a change').toEqual(['srv'])
})

it('what is gone is a whiteout', () => {
  expect(differenceOf(shop, without('srv/sign')), 'Alice has deleted the sign').toEqual(['srv/.wh.sign'])
  expect(differenceOf({ motd: { content: 'hi' } }, {}), 'motd, at the top, is gone').toEqual(['.wh.motd'])
})

it('one whiteout is enough for a whole directory', () => {
  const after = without('srv/fruit', 'srv/fruit/apple', 'srv/fruit/pear')
  expect(differenceOf(shop, after), 'Alice has deleted srv/fruit and all in it').toEqual(['srv/.wh.fruit'])
})

it('a file in place of a directory hides it by itself', () => {
  const after: Tree = {
    ...without('srv/fruit/apple', 'srv/fruit/pear'),
    'srv/fruit': { content: 'sold out' },
  }
  expect(differenceOf(shop, after), 'srv/fruit is a file now').toEqual(['srv/fruit'])
})

it('the order does not depend on how the trees were made', () => {
  const after: Tree = { ...without('srv/sign'), zoo: 'directory', aquarium: 'directory' }
  const reversed = Object.fromEntries(Object.entries(after).reverse())
  expect(differenceOf(shop, after)).toEqual(['aquarium', 'srv/.wh.sign', 'zoo'])
  expect(differenceOf(shop, reversed), 'the same trees, listed backwards').toEqual(differenceOf(shop, after))
})
