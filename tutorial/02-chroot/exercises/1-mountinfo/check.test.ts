import { expect, it } from 'vitest'
import { parseMount } from './exercise.ts'

it('a plain line', () => {
  expect(parseMount('36 35 98:0 / /srv rw,noatime - ext4 /dev/sda1 rw'), 'a line without (7)').toEqual({
    id: 36,
    parent: 35,
    shows: '/',
    at: '/srv',
    type: 'ext4',
    source: '/dev/sda1',
  })
})

it('a bind mount shows a directory of its file system', () => {
  const { shows, at } = parseMount('93 71 254:0 /tmp/jail /mnt rw - ext4 /dev/vda rw')
  expect({ shows, at }, '/tmp/jail is shown at /mnt').toEqual({ shows: '/tmp/jail', at: '/mnt' })
})

it('between the options and the - there may be any number of fields', () => {
  const read = (fields: string) => parseMount(`36 35 98:0 / /srv rw ${fields}- ext4 /dev/sda1 rw`)
  for (const fields of ['', 'master:1 ', 'shared:7 ', 'shared:7 master:1 propagate_from:2 ', 'unbindable ']) {
    const { type, source } = read(fields)
    expect({ type, source }, `(7) is "${fields}"`).toEqual({ type: 'ext4', source: '/dev/sda1' })
  }
  expect(read('shared:7 master:1 ').shared, 'shared:7').toBe(7)
  expect(read('master:4 shared:12 ').shared, 'shared:12, in the second place').toBe(12)
  expect(read('master:4 ').shared, 'master:4 alone does not say that it is shared').toBe(undefined)
  expect(read('').shared, 'nothing is said').toBe(undefined)
})

it('names are in a notation of their own', () => {
  const { at, source } = parseMount('41 35 0:40 / /srv/two\\040words rw - fuse.sshfs alice@host:/a\\040b rw')
  expect(at, 'a space is \\040').toBe('/srv/two words')
  expect(source, 'in the source too').toBe('alice@host:/a b')
  expect(parseMount('41 35 0:40 / /a\\011b\\012c rw - tmpfs tmpfs rw').at, 'a tab and a newline').toBe(
    '/a\tb\nc',
  )
  expect(
    parseMount('41 35 0:40 / /a\\134040b rw - tmpfs tmpfs rw').at,
    '\\134 is a backslash, and 040 behind it are digits',
  ).toBe('/a\\040b')
})

it('Mallory chooses the source', () => {
  const source = (text: string) => parseMount(`41 35 0:40 / /mnt rw shared:3 - tmpfs ${text} rw`).source
  expect(source(''), 'an empty source').toBe('')
  expect(source('-'), 'a source that is -').toBe('-')
  expect(source('shared:9'), 'a source that looks like a field of (7)').toBe('shared:9')
  const { shared } = parseMount('41 35 0:40 / /mnt rw - tmpfs shared:9 rw')
  expect(shared, 'only what stands before the - says that a mount is shared').toBe(undefined)
})

it('what is no line is refused', () => {
  for (const line of ['', 'hello', '36 35 98:0 / /srv rw', '36 35 98:0 / /srv rw - ext4'])
    expect(() => parseMount(line), `"${line}" is no line of mountinfo`).toThrow(/./)
})
