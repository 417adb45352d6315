import { describe, expect, it } from 'vitest'
import * as C from './constants.ts'
import { constantName, flagNames } from './flags.ts'

describe('numbers back into names', () => {
  it.each([
    ['MS_', C.MS_REC | C.MS_PRIVATE, 'MS_PRIVATE|MS_REC'],
    ['MS_', 0, '0'],
    ['CLONE_', C.CLONE_NEWNET | C.CLONE_NEWNS, 'CLONE_NEWNET|CLONE_NEWNS'],
    // the highest flag makes the number negative in JavaScript
    ['CLONE_', C.CLONE_NEWNET | C.CLONE_NEWPID | 0x80000000, 'CLONE_NEWNET|CLONE_NEWPID|0x80000000'],
    ['O_', C.O_RDONLY, 'O_RDONLY'],
    ['MS_', C.MS_NOSUID | 0x40000000, 'MS_NOSUID|0x40000000'],
    ['OPEN_TREE_ AT_', C.OPEN_TREE_CLONE | C.AT_RECURSIVE, 'AT_RECURSIVE|OPEN_TREE_CLONE'],
  ])('%s %i', (prefix, value, names) => {
    expect(flagNames(prefix, value).split('|').sort()).toEqual(names.split('|').sort())
  })

  it('a value with one name keeps it', () => {
    expect(constantName('SIG', 15)).toBe('SIGTERM')
    expect(constantName('SIG', 99)).toBe('99')
  })
})
