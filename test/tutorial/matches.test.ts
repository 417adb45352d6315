// What a page says that a command prints, beside what it prints: … stands for what varies, and for nothing more.

import { describe, expect, it } from 'vitest'
import { matches, parseConsole } from '../../scripts/tutorial/console.ts'

describe('what is printed', () => {
  it.each([
    ['apple', 'apple\n'],
    ['\napple  \n\n', 'apple'],
    ['', '\n'],
    ['process … of Alice', 'process 12 of Alice'],
    ['process … of …', 'process  of '],
    ['…apple', 'pineapple'],
    ['a…b…a', 'a bb a'],
    ['…', ''],
    ['…', 'one\ntwo\nthree'],
    ['…\nthree', 'one\ntwo\nthree'],
    ['one\n…\nthree', 'one\nthree'],
    ['one\n  …\nthree\n…', 'one\ntwo\nthree\nthree\nfour'],
    ['…\ntwo\n…\ntwo\n…\nthree', 'two\none\ntwo\ntwo\nthree\nthree'],
    ['(.*)', '(.*)'],
  ])('is as the page says: %j, %j', (expected, printed) => {
    expect(matches(expected, printed)).toBe(true)
  })

  it.each([
    ['apple', 'apples'],
    ['apple', ''],
    ['', 'apple'],
    ['  apple', 'apple'],
    ['one\ntwo', 'one\n\ntwo'],
    ['one', 'one\ntwo'],
    ['a…a', 'a'],
    ['…b…b', 'a b'],
    ['process …', 'a process 12'],
    ['…\ntwo', 'one\ntwo\nthree'],
    ['one\n…\ntwo\n…\ntwo', 'one\ntwo'],
    ['(.*)', 'apple'],
  ])('is something else: %j, %j', (expected, printed) => {
    expect(matches(expected, printed)).toBe(false)
  })

  it('is compared quickly, however much is left open', () => {
    const line = 'apple '.repeat(200)
    const start = performance.now()
    expect(matches('…\napple\n'.repeat(100), 'pear\napple\n'.repeat(99))).toBe(false)
    expect(matches(`${'…apple…'.repeat(150)}x`, line)).toBe(false)
    expect(matches(`${'…\na…\n'.repeat(200)}b`, `${line}\n`.repeat(5000))).toBe(false)
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('a block of commands', () => {
  it('is taken apart, with the line of each command', () => {
    const text = '$ echo one\none\n# printf \\\n  two\n\ntwo\n$ true'
    expect(parseConsole('console cgroup=v2', text)).toEqual({
      cgroup: 'v2',
      commands: [
        { root: false, row: 1, line: 'echo one', output: 'one' },
        { root: true, row: 3, line: 'printf \\\n  two', output: '\ntwo' },
        { root: false, row: 7, line: 'true', output: '' },
      ],
    })
  })

  it('begins with a prompt', () => {
    expect(() => parseConsole('console', 'one')).toThrow(/begins with a prompt/)
  })

  it('says console', () => {
    expect(parseConsole('sh', '$ true')).toBeUndefined()
  })
})
