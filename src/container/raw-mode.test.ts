import { describe, expect, it } from 'vitest'
import { rawFrom } from './raw-mode.ts'

/** What TCGETS gives for a new terminal: `stty -a` calls it icrnl ixon opost onlcr cs8 cread isig icanon echo … */
const usual = Buffer.from(
  '00050000 05000000 bf000000 3b8a0000 00 03 1c 7f 15 04 00 01 00 11 13 1a 00 12 0f 17 16 00 00 00'.replaceAll(
    ' ',
    '',
  ),
  'hex',
)

describe('raw mode', () => {
  it('is what cfmakeraw(3) makes of a terminal', () => {
    const raw = rawFrom(usual)
    const words = [0, 4, 8, 12].map((at) => raw.readUInt32LE(at).toString(16))
    expect(words).toEqual(['0', '4', 'bf', 'a30'])
    expect([raw[17 + 6], raw[17 + 5]]).toEqual([1, 0])
  })

  it('leaves the original alone, and all other characters', () => {
    const before = Buffer.from(usual)
    const raw = rawFrom(usual)
    expect(usual.equals(before)).toBe(true)
    expect(raw.subarray(17, 22)).toEqual(usual.subarray(17, 22))
    expect(rawFrom(raw)).toEqual(raw)
  })
})
