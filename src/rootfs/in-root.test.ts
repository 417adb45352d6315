// Paths of a tree that lays links: none leads out of it.

import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { hereOf, locate } from './in-root.ts'

const outside = mkdtempSync(join(tmpdir(), 'gocker-outside-'))
const tree = join(outside, 'tree')
afterAll(() => rmSync(outside, { recursive: true }))
mkdirSync(join(tree, 'etc'), { recursive: true })
writeFileSync(join(outside, 'secret'), 'of the host')
writeFileSync(join(tree, 'secret'), 'of the tree')
writeFileSync(join(tree, 'etc/motd'), 'hello')
symlinkSync('/etc', join(tree, 'absolute'))
symlinkSync('../../../..', join(tree, 'etc/up'))
symlinkSync('/etc/motd', join(tree, 'message'))
symlinkSync('/etc/new', join(tree, 'dangling'))
symlinkSync('round', join(tree, 'round'))
symlinkSync('/proc/self/root', join(tree, 'magic'))

function look(path: string, follows = true) {
  using held = new DisposableStack()
  const root = openSync(tree, 'r')
  const place = locate(root, path, follows, held)
  return (
    place && { ...place, content: place.stats?.isFile() ? readFileSync(hereOf(place), 'utf8') : undefined }
  )
}

describe.skipIf(process.platform !== 'linux')('a path is walked inside the tree', () => {
  it.each([
    ['/etc/motd', 'hello'],
    ['/absolute/motd', 'hello'],
    ['/message', 'hello'],
    ['/../../etc/../secret', 'of the tree'],
    ['/etc/up/secret', 'of the tree'],
  ])('%s', (path, content) => expect(look(path)?.content).toBe(content))

  it('a link is itself, if it is not followed', () => {
    expect(look('/message', false)).toMatchObject({ name: 'message' })
    expect(look('/message', false)?.stats?.isSymbolicLink()).toBe(true)
  })

  it('a link to nothing is the place where it leads', () => {
    expect(look('/dangling')).toMatchObject({ name: 'new', stats: undefined })
  })

  it('a directory is itself, by any of its names', () => {
    for (const path of ['/', '/etc/..', '/etc/.', '/absolute/'])
      expect(look(path)?.stats?.isDirectory()).toBe(true)
    expect(look('/etc/.')?.name).toBe('.')
  })

  it('what is not there is not found, and what leads nowhere is an error', () => {
    expect(look('/no/such')).toBeUndefined()
    expect(look('/magic/secret')).toBeUndefined()
    expect(() => look('/round')).toThrow('too many levels of symbolic links')
  })
})
