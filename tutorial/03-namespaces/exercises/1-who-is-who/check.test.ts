import { expect, it } from 'vitest'
import { insideOf, nobody, onTheHost, outsideOf, readMap } from './exercise.ts'

// as the kernel prints it, with columns
const usual = '         0     100000      65536\n'
// what Podman makes for Bob, who is user 1000 and has been given 65536 ids more
const rootless = '         0       1000          1\n         1     100000      65536\n'

it('a map is three numbers in each line', () => {
  expect(readMap(usual), 'one line with wide columns').toEqual([
    { inside: 0, outside: 100_000, count: 65_536 },
  ])
  expect(readMap(rootless).length, 'there are two lines').toBe(2)
  expect(readMap(rootless)[1], 'the second of two lines').toEqual({
    inside: 1,
    outside: 100_000,
    count: 65_536,
  })
  expect(readMap(''), 'no map is written yet').toEqual([])
})

it('a user inside is another one outside', () => {
  const map = readMap(usual)
  expect(outsideOf(map, 0), 'root of the container is user 100000 on the host').toBe(100_000)
  expect(outsideOf(map, 33), 'user 33, the web server').toBe(100_033)
  expect(outsideOf(map, 65_535), 'the last id of the range').toBe(165_535)
})

it('what is not in the map is no one', () => {
  const map = readMap(usual)
  expect(outsideOf(map, 65_536), 'the range has 65536 ids: this is one too many').toBe(undefined)
  expect(outsideOf([], 0), 'without a map there is no one at all').toBe(undefined)
})

it('and back again', () => {
  const map = readMap(usual)
  expect(insideOf(map, 100_033), '100033 of the host is the web server inside').toBe(33)
  expect(insideOf(map, 100_000), '100000 of the host is root inside').toBe(0)
  expect(insideOf(map, 165_535), 'the last id of the range').toBe(65_535)
})

it('who has no name inside is nobody there', () => {
  const map = readMap(usual)
  expect(insideOf(map, 0), 'root of the host has no name inside').toBe(nobody)
  expect(insideOf(map, 99_999), 'one id before the range').toBe(nobody)
  expect(insideOf(map, 165_536), 'one id behind it').toBe(nobody)
})

it('the number of nobody can belong to somebody, too', () => {
  expect(outsideOf(readMap(usual), nobody), '65534 lies in the range, so it is an id as any other').toBe(
    165_534,
  )
})

it('each of several ranges counts', () => {
  const map = readMap(rootless)
  expect(outsideOf(map, 0), 'root inside is Bob himself').toBe(1000)
  expect(outsideOf(map, 1), 'user 1 is the first of those that were given to him').toBe(100_000)
  expect(outsideOf(map, 1000), 'user 1000 inside is not user 1000 outside').toBe(100_999)
  expect(insideOf(map, 1000), 'Bob’s own files belong to root inside').toBe(0)
})

it('the host has a map as well, of all ids but one', () => {
  const map = readMap('         0          0 4294967295\n')
  expect(outsideOf(map, 4_294_967_294), 'the highest user id that there is').toBe(4_294_967_294)
  expect(outsideOf(map, 4_294_967_295), 'this number means “none” in system calls, and is no user').toBe(
    undefined,
  )
})

it('a container in a container goes through both maps', () => {
  const inner = readMap('         0       1000         10\n')
  const outer = readMap(usual)
  expect(onTheHost([inner, outer], 0), 'root of the inner one is 1000 in the outer one').toBe(101_000)
  expect(onTheHost([inner, outer], 10), 'the inner map has no id 10').toBe(undefined)
  const tooHigh = readMap('         0      65530         10\n')
  expect(onTheHost([tooHigh, outer], 9), 'id 9 is 65539 in the outer one, which has no such id').toBe(
    undefined,
  )
  expect(onTheHost([], 7), 'without any namespace between, an id is what it is').toBe(7)
})
