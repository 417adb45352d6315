import { describe, expect, it } from 'vitest'
import { idMapText, outside, rootIs, within } from './user.ts'

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

describe('an id through the maps', () => {
  const mappings = [
    { containerID: 0, hostID: 100_000, size: 1000 },
    { containerID: 1000, hostID: 5, size: 2 },
  ]

  it('is somebody outside, or nobody', () => {
    expect([0, 999, 1000, 1001, 1002].map((id) => outside(mappings, id))).toEqual([
      100_000,
      100_999,
      5,
      6,
      undefined,
    ])
  })

  it('is somebody inside, or nobody', () => {
    expect([100_000, 100_999, 101_000, 5, 6, 0].map((id) => within(mappings, id))).toEqual([
      0,
      999,
      undefined,
      1000,
      1001,
      undefined,
    ])
  })
})
