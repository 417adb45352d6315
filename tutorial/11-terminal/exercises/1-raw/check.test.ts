import { expect, it } from 'vitest'
import { raw, secret, words } from './exercise.ts'

const bytes = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** A new terminal, as the kernel makes it. */
const usual = bytes('00050000 05000000 bf000000 3b8a0000 00 031c7f15 04000100 11131a00 120f1716 000000')
/** All flags on that are flags; and each special character is another. */
const strange = bytes('ffffffff ffffffff ffffffff ffffffff 07 01020304 05060708 090a0b0c 0d0e0f10 111213')

const flagsOf = (settings: Buffer) => [0, 4, 8, 12].map((at) => `0o${settings.readUInt32LE(at).toString(8)}`)

it('words says what is on, and what is off', () => {
  expect(words(usual), 'a new terminal').toBe('icrnl ixon opost onlcr isig icanon echo -echonl')
  expect(words(Buffer.alloc(36)), 'all bits are 0').toBe(
    '-icrnl -ixon -opost -onlcr -isig -icanon -echo -echonl',
  )
  expect(words(strange), 'all bits are 1').toBe('icrnl ixon opost onlcr isig icanon echo echonl')
})

it('a secret is not shown, and Enter is', () => {
  expect(words(secret(usual)), 'a new terminal, after secret').toBe(
    'icrnl ixon opost onlcr isig icanon -echo echonl',
  )
})

it('secret changes nothing else', () => {
  const expected = Buffer.from(strange)
  expected[12] = 0xf7
  expect(secret(strange).toString('hex'), 'all flags were on').toBe(expected.toString('hex'))
})

it('raw turns off what works on bytes', () => {
  expect(words(raw(usual)), 'a new terminal, after raw').toBe(
    '-icrnl -ixon -opost onlcr -isig -icanon -echo -echonl',
  )
  expect(flagsOf(raw(usual)), 'its four words').toEqual(['0o0', '0o4', '0o277', '0o5060'])
})

it('raw takes away what cfmakeraw(3) lists, and nothing more', () => {
  expect(flagsOf(raw(strange)), 'the four words, when all flags were on').toEqual([
    '0o37777775024',
    '0o37777777776',
    '0o37777777377',
    '0o37777677664',
  ])
  const sevenBits = Buffer.from(usual)
  sevenBits[8] = 0xaf
  expect(flagsOf(raw(sevenBits))[2], 'the control flags, when characters had seven bits').toBe('0o277')
})

it('in raw mode a read waits for one byte, and for no time', () => {
  const characters = raw(strange).subarray(17)
  expect(characters[6], 'VMIN').toBe(1)
  expect(characters[5], 'VTIME').toBe(0)
  const others = [...characters].filter((_, at) => at !== 5 && at !== 6)
  expect(others, 'all other special characters').toEqual(
    [...strange.subarray(17)].filter((_, at) => at !== 5 && at !== 6),
  )
})

it('what comes in stays as it is', () => {
  const before = Buffer.from(usual)
  secret(usual)
  raw(usual)
  expect(usual.toString('hex'), 'the settings that were handed in').toBe(before.toString('hex'))
  expect(raw(usual).length, 'the number of bytes').toBe(36)
})
