import { describe, expect, it } from 'vitest'
import { detachKeys, watchFor } from './detach-keys.ts'

describe('the keys that leave a container', () => {
  it('are Ctrl-P Ctrl-Q unless others are said', () => {
    expect([...detachKeys()]).toEqual([16, 17])
    expect([...detachKeys('ctrl-a,d')]).toEqual([1, 100])
  })

  it.each(['ctrl-', 'ctrl-1', 'ab', '', 'ctrl-p,'])('%j are no keys', (text) =>
    expect(() => detachKeys(text)).toThrow(`Invalid detach keys (${text}) provided`),
  )

  const typed = (...pieces: string[]) => typedFor(undefined, ...pieces)
  const typedFor = (keys: string | undefined, ...pieces: string[]) => {
    const watch = watchFor(detachKeys(keys))
    const seen = pieces.map((piece) => watch(Buffer.from(piece)))
    return [seen.map(({ pass }) => pass.toString()).join(''), seen.some(({ detached }) => detached)]
  }

  it.each<[string, string[], [string, boolean]]>([
    ['other keys pass', ['ls\r'], ['ls\r', false]],
    ['both at once', ['\x10\x11'], ['', true]],
    ['one after the other', ['a\x10', '\x11'], ['a', true]],
    ['Ctrl-P alone is for the program, once it is decided', ['\x10', 'x'], ['\x10x', false]],
    ['Ctrl-P twice, then Ctrl-Q', ['\x10\x10\x11'], ['\x10', true]],
    ['Ctrl-Q alone', ['\x11'], ['\x11', false]],
  ])('%s', (_, pieces, expected) => expect(typed(...pieces)).toEqual(expected))

  it('may begin with what they began with already: a,a,b in aaab', () => {
    expect(typedFor('a,a,b', 'aaab')).toEqual(['a', true])
    expect(typedFor('a,a,b', 'a', 'a', 'a', 'b')).toEqual(['a', true])
    expect(typedFor('a,b,a,c', 'abab', 'ac')).toEqual(['ab', true])
  })

  it('lose nothing of a megabyte that is pasted', () => {
    const watch = watchFor(detachKeys())
    const text = Buffer.alloc(2 ** 20, 'a\x10b\x11')
    expect(watch(text).pass.equals(text)).toBe(true)
  })
})
