import { describe, expect, it } from 'vitest'
import { checkedPath, levels } from './path.ts'

describe('the path of a control group', () => {
  it('starts at the top, with or without a slash', () => {
    expect(checkedPath('/gocker/abc/')).toBe('gocker/abc')
    expect(levels('gocker/a/b')).toEqual(['gocker', 'gocker/a', 'gocker/a/b'])
  })

  it.each(['/../../x', 'gocker/../..', 'gocker/./x', '..', 'a\nb', 'a\0b', 'x'.repeat(256)])(
    'refuses %j',
    (path) => {
      expect(() => checkedPath(path)).toThrow('cannot be the path of a control group')
    },
  )

  it.each(['', '/', '///'])('refuses the top itself: %j', (path) => {
    expect(() => checkedPath(path)).toThrow('the group of the whole system')
  })
})
