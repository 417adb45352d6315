import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { type Errno, errnoMessage, errnoName, errnoNumber } from './errno.ts'

describe('error numbers', () => {
  it('are those of this system', (ctx) => {
    if (process.platform !== 'linux') return ctx.skip('the numbers are those of Linux')
    const shared = Object.entries(constants.errno).filter(([name, number]) => errnoName(number) === name)
    expect(shared.length).toBeGreaterThan(40)
    for (const [name, number] of shared) expect(errnoNumber(name as Errno)).toBe(number)
  })

  it('have the sentence that strerror(3) gives', () => {
    expect(errnoMessage(errnoNumber('ENOENT'))).toBe('No such file or directory')
    expect(errnoMessage(errnoNumber('EBUSY'))).toBe('Device or resource busy')
  })

  it('without a name are shown as numbers', () => {
    expect(errnoName(4000)).toBe('errno 4000')
    expect(errnoMessage(4000)).toBe('Unknown error')
  })
})
