import { describe, expect, it } from 'vitest'
import { binarySize, bytes, humanDuration, humanSize } from './units.ts'

describe('sizes on the command line', () => {
  it.each([
    ['0', 0],
    ['4096', 4096],
    ['32b', 32],
    ['32k', 32 * 1024],
    ['32KB', 32 * 1024],
    ['32kib', 32 * 1024],
    ['64m', 64 * 1024 ** 2],
    ['64 MB', 64 * 1024 ** 2],
    ['1.5g', 1.5 * 1024 ** 3],
    ['2T', 2 * 1024 ** 4],
    ['1p', 1024 ** 5],
    ['-1', -1],
  ])('%s', (text, size) => expect(bytes(text)).toBe(size))

  it.each(['', 'm', '-2', '12x', '1,5g', '1 2', '0x10', '1e3', '64mm'])('"%s" is none', (text) =>
    expect(() => bytes(text)).toThrow(`invalid size: '${text}'`),
  )
})

describe('sizes for people', () => {
  it.each([
    [0, '0B'],
    [999, '999B'],
    [1000, '1kB'],
    [1024, '1.024kB'],
    [1048576, '1.049MB'],
    [11888211, '11.89MB'],
    [1e12, '1TB'],
    [3.42 * 1e15, '3.42PB'],
  ])('%i in powers of ten', (size, text) => expect(humanSize(size)).toBe(text))

  it('with three digits, as docker images', () => expect(humanSize(11888211, 3)).toBe('11.9MB'))

  it.each([
    [1023, '1023B'],
    [1024, '1KiB'],
    [32 * 1024 ** 2, '32MiB'],
    [3.42 * 1024 ** 3, '3.42GiB'],
  ])('%i in powers of two', (size, text) => expect(binarySize(size)).toBe(text))
})

const minute = 60
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

describe('times for people', () => {
  it.each([
    [0.45, 'Less than a second'],
    [1, '1 second'],
    [45, '45 seconds'],
    [60, 'About a minute'],
    [61, 'About a minute'],
    [3 * minute, '3 minutes'],
    [35 * minute, '35 minutes'],
    [59.9 * minute, '59 minutes'],
    [hour, 'About an hour'],
    [hour + 29 * minute, 'About an hour'],
    [hour + 31 * minute, '2 hours'],
    [3 * hour + 31 * minute, '4 hours'],
    [47 * hour, '47 hours'],
    [47.6 * hour, '2 days'],
    [3 * day, '3 days'],
    [13 * day, '13 days'],
    [14 * day, '2 weeks'],
    [59 * day, '8 weeks'],
    [60 * day, '2 months'],
    [year, '12 months'],
    [2 * year - day, '24 months'],
    [2 * year, '2 years'],
    [5 * year + 3 * day, '5 years'],
  ])('%f seconds', (seconds, text) => expect(humanDuration(seconds)).toBe(text))
})
