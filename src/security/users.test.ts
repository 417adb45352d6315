import { describe, expect, it } from 'vitest'
import { resolveUser } from './users.ts'

const passwd = `root:x:0:0:root:/root:/bin/sh
alice:x:1000:100:Alice:/home/alice:/bin/sh
bob:x:1001:1001::/home/bob:
1337:x:42:42::/elite:
broken:x:abc:0::/:
huge:x:4294967296:0::/:
`
const group = `root:x:0:root
# a comment
users:x:100:
wheel:x:10:root,alice
audio:x:29:alice,bob
alice2:x:2000:malice
`
const resolve = (spec: string) => resolveUser(spec, passwd, group)

describe('--user', () => {
  it('is root, with its groups and home, if nothing is said', () => {
    expect(resolve('')).toEqual({ uid: 0, gid: 0, additionalGids: [0, 10], home: '/root', name: 'root' })
  })

  it('finds a name, with its own group and those that list it', () => {
    expect(resolve('alice')).toEqual({
      uid: 1000,
      gid: 100,
      additionalGids: [100, 10, 29],
      home: '/home/alice',
      name: 'alice',
    })
  })

  it('finds a number, which means the same user', () => {
    expect(resolve('1000')).toEqual(resolve('alice'))
  })

  it('takes a number without a line, with group 0 and home /', () => {
    expect(resolve('4711')).toEqual({ uid: 4711, gid: 0, additionalGids: [0], home: '/', name: undefined })
  })

  it('takes a group, by name or number, and then no other', () => {
    expect(resolve('alice:audio')).toMatchObject({ uid: 1000, gid: 29, additionalGids: [29] })
    expect(resolve('4711:4712')).toMatchObject({ uid: 4711, gid: 4712, additionalGids: [4712] })
    expect(resolve(':audio')).toMatchObject({ uid: 0, gid: 29 })
    expect(resolve('alice:')).toEqual(resolve('alice'))
  })

  it('takes a number for a number, also if someone has it for a name', () => {
    expect(resolve('1337')).toMatchObject({ uid: 1337, gid: 0 })
  })

  it('needs no files for numbers', () => {
    expect(resolveUser('1:2', undefined, undefined)).toMatchObject({ uid: 1, gid: 2, home: '/' })
    expect(resolveUser('', undefined, undefined)).toMatchObject({ uid: 0, gid: 0, home: '/' })
  })

  it('refuses unknown names in Docker’s words', () => {
    expect(() => resolve('foo')).toThrow('unable to find user foo: no matching entries in passwd file')
    expect(() => resolve('alice:foo')).toThrow('unable to find group foo: no matching entries in group file')
    expect(() => resolveUser('alice', undefined, undefined)).toThrow('no matching entries in passwd file')
  })

  it('refuses numbers out of range, which would wrap around to root (CVE-2024-40635)', () => {
    for (const spec of ['4294967296', '2147483648', '-1', '0:4294967296', '99999999999999999999'])
      expect(() => resolve(spec)).toThrow('uids and gids must be in range 0-2147483647')
  })

  it('never makes root of a line that is damaged', () => {
    expect(() => resolve('broken')).toThrow('no matching entries in passwd file')
    expect(() => resolve('huge')).toThrow('no matching entries in passwd file')
  })
})
