import { describe, expect, it } from 'vitest'
import { type IdFiles, idRanges, usualRange } from './id-ranges.ts'

const files: IdFiles = {
  passwd: 'root:x:0:0::/root:/bin/sh\nalice:x:1000:100::/home/alice:/bin/sh\nbob:x:1001:1001::/:\n',
  group: 'root:x:0:\nusers:x:100:alice\nbob:x:1001:\n',
  subuid: 'alice:100000:65536\n1001:200000:65536\nsmall:400000:1000\nsplit:500000:1000\nsplit:600000:70000\n',
  subgid: 'alice:110000:65536\nusers:120000:65536\nbob:210000:65536\nsmall:400000:1000\nsplit:500000:70000\n',
}
const ranges = (setting: string, more: Partial<IdFiles> = {}) => idRanges(setting, { ...files, ...more })
const one = (hostID: number) => [{ containerID: 0, hostID, size: 65_536 }]

describe('--userns-remap', () => {
  it('takes what is given to a user, and to the group of the same name', () => {
    expect(ranges('alice')).toEqual({ uid: one(100_000), gid: one(110_000) })
  })

  it('takes another group, if one is named', () => {
    expect(ranges('alice:users')).toEqual({ uid: one(100_000), gid: one(120_000) })
  })

  it('takes numbers for both; what is given may be so to the name or to the number', () => {
    expect(ranges('1000:100')).toEqual({ uid: one(100_000), gid: one(120_000) })
    expect(ranges('bob')).toEqual({ uid: one(200_000), gid: one(210_000) })
    expect(ranges('1001')).toEqual({ uid: one(200_000), gid: one(210_000) })
  })

  it('lays several ranges behind each other', () => {
    expect(ranges('split').uid).toEqual([
      { containerID: 0, hostID: 500_000, size: 1000 },
      { containerID: 1000, hostID: 600_000, size: 70_000 },
    ])
  })

  it('by default is dockremap, and without that user a range that nobody gives out', () => {
    expect(ranges('default')).toEqual({ uid: [usualRange], gid: [usualRange] })
    const given = 'dockremap:300000:65536\n'
    expect(ranges('default', { subuid: given, subgid: given })).toEqual({
      uid: one(300_000),
      gid: one(300_000),
    })
    expect(() => ranges('default', { passwd: 'dockremap:x:110:110::/:\n' })).toThrow(
      'No subuid ranges found for user "dockremap" in /etc/subuid',
    )
    expect(ranges('default', { subuid: undefined, subgid: undefined, passwd: undefined }).uid).toEqual([
      usualRange,
    ])
  })

  it.each([
    ['nobody-here', 'There is no user "nobody-here" on this host'],
    ['alice:nobody-here', 'There is no group "nobody-here" on this host'],
    ['root', 'No subuid ranges found for user "root" in /etc/subuid'],
    ['small', 'gives 1000 ids to user "small", and a container needs 65536'],
    ['', 'it is default, USER[:GROUP] or UID[:GID]'],
    ['alice:', 'it is default, USER[:GROUP] or UID[:GID]'],
    ['a:b:c', 'it is default, USER[:GROUP] or UID[:GID]'],
  ])('says of %j: %s', (setting, message) => expect(() => ranges(setting)).toThrow(message))

  it.each([
    ['0:65536', 'contains 0, the root of this host'],
    ['-1:65536', 'is no range of ids'],
    ['100000:x', 'is no range of ids'],
    ['4294967290:65536', 'is no range of ids'],
    ['100000:0', 'is no range of ids'],
  ])('refuses the range %s: it %s', (range, message) => {
    expect(() => ranges('alice', { subuid: `alice:${range}\n` })).toThrow(message)
  })
})
