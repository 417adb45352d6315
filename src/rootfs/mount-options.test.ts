import { describe, expect, it } from 'vitest'
import { flagNames } from '../syscall/flags.ts'
import { parseOptions } from './mount-options.ts'

const parsed = (...options: string[]) => {
  const { flags, propagation, data } = parseOptions(options)
  const names = (value: number) => (value === 0 ? [] : flagNames('MS_', value).split('|').sort())
  return { flags: names(flags), propagation: names(propagation), data }
}

describe('mount options', () => {
  it.each([
    [['nosuid', 'noexec', 'nodev', 'ro'], ['MS_NODEV', 'MS_NOEXEC', 'MS_NOSUID', 'MS_RDONLY'], '', []],
    [
      ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
      ['MS_NOSUID', 'MS_STRICTATIME'],
      'mode=755,size=65536k',
      [],
    ],
    [['rbind', 'rprivate', 'ro'], ['MS_BIND', 'MS_RDONLY', 'MS_REC'], '', ['MS_PRIVATE', 'MS_REC']],
    [['bind', 'rslave', 'relatime'], ['MS_BIND', 'MS_RELATIME'], '', ['MS_REC', 'MS_SLAVE']],
    [['newinstance', 'ptmxmode=0666', 'gid=5'], [], 'newinstance,ptmxmode=0666,gid=5', []],
    // as on the command line: --tmpfs /run:rw,size=1m
    [['rw,size=1m'], [], 'size=1m', []],
    [[], [], '', []],
  ])('%j', (options, flags, data, propagation) => {
    expect(parsed(...options)).toEqual({ flags, data, propagation })
  })

  it('the last word wins', () => {
    expect(parsed('ro', 'rw', 'suid', 'nosuid').flags).toEqual(['MS_NOSUID'])
    expect(parsed('nosuid', 'ro', 'defaults').flags).toEqual([])
  })

  it('refuses what it cannot do, instead of leaving it away', () => {
    expect(() => parseOptions(['rnosuid'])).toThrow('"rnosuid" is not supported')
    expect(() => parseOptions(['idmap'])).toThrow('not supported')
  })

  it('rro is read-only with all that is mounted below', () => {
    expect([parseOptions(['ro']).readOnlyBelow, parseOptions(['rro']).readOnlyBelow]).toEqual([false, true])
  })

  it('a word like the name of a function is only a word', () => {
    expect(parsed('constructor').data).toBe('constructor')
  })
})
