import { describe, expect, it } from 'vitest'
import { idMapText, rootIs } from './user.ts'

describe('id maps', () => {
  it('are lines of: first id inside, first id outside, how many', () => {
    const mappings = [
      { containerID: 0, hostID: 100_000, size: 1000 },
      { containerID: 1000, hostID: 1000, size: 1 },
    ]
    expect(idMapText(mappings)).toBe('0 100000 1000\n1000 1000 1\n')
  })

  it('may make one user root', () => {
    expect(idMapText(rootIs(65_534))).toBe('0 65534 1\n')
  })
})
