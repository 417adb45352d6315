import { expect, it } from 'vitest'
import { type Process, walk } from './exercise.ts'

const alice: Process = { root: '/', cwd: '/home/alice' }
const mallory: Process = { root: '/srv/jail', cwd: '/srv/jail' }

it('a path starts at the root or at the current directory', () => {
  expect(walk(alice, '/etc'), '/etc, for Alice, who is free').toBe('/etc')
  expect(walk(alice, 'notes/today'), 'notes/today, for Alice').toBe('/home/alice/notes/today')
  expect(walk(mallory, '/etc'), '/etc, for Mallory, whose root is /srv/jail').toBe('/srv/jail/etc')
  expect(walk({ root: '/', cwd: '/' }, 'etc'), 'etc, from /').toBe('/etc')
})

it('some names lead nowhere', () => {
  expect(walk(alice, '.'), 'a dot').toBe('/home/alice')
  expect(walk(alice, '/'), 'the root').toBe('/')
  expect(walk(mallory, '/'), 'the root of Mallory').toBe('/srv/jail')
  expect(walk(alice, '//etc/./ssh//'), 'more slashes than needed').toBe('/etc/ssh')
  expect(walk(alice, '...'), 'but three dots are a name').toBe('/home/alice/...')
})

it('.. leads up, and stops at the root', () => {
  expect(walk(alice, '..'), 'Alice goes up').toBe('/home')
  expect(walk(alice, '../../../../etc'), 'at / there is nothing above').toBe('/etc')
  expect(walk(mallory, '../../../etc'), 'Mallory stands at her root').toBe('/srv/jail/etc')
  expect(walk(mallory, '/etc/../../../secret'), 'and cannot go round it').toBe('/srv/jail/secret')
})

it('.. stops at the root, and nowhere near it', () => {
  const neighbour: Process = { root: '/srv/jail', cwd: '/srv/jailhouse/cell' }
  expect(walk(neighbour, '../../etc'), 'who stands in /srv/jailhouse is not at /srv/jail').toBe('/srv/etc')
  const above: Process = { root: '/srv/jail/way-out', cwd: '/srv/jail' }
  expect(walk(above, '../../..'), 'who stands above the root never comes past it').toBe('/')
  expect(walk(above, '/..'), 'a path from the root stays at the root').toBe('/srv/jail/way-out')
})

it('four calls lead out', () => {
  const chroot = (process: Process, path: string): Process => ({ ...process, root: walk(process, path) })
  const chdir = (process: Process, path: string): Process => ({ ...process, cwd: walk(process, path) })
  const wayOut = (process: Process) => chroot(chdir(chroot(process, 'way-out'), '../../../..'), '.')
  expect(wayOut(mallory), 'Mallory makes her four calls').toEqual({ root: '/', cwd: '/' })
})

it('a link is walked along', () => {
  const links = { '/srv/jail/lib': 'usr/lib', '/srv/jail/etc/motd': '/var/motd', '/srv/jail/up': '../..' }
  expect(walk(mallory, '/lib/libc.so.6', links), 'lib -> usr/lib').toBe('/srv/jail/usr/lib/libc.so.6')
  expect(walk(mallory, '/etc/motd', links), 'an absolute link begins at the root of who follows it').toBe(
    '/srv/jail/var/motd',
  )
  expect(walk(mallory, '/up', links), 'a link with .. stops at the root, too').toBe('/srv/jail')
  expect(walk(alice, '/srv/jail/etc/motd', links), 'Alice follows the same link, and lands elsewhere').toBe(
    '/var/motd',
  )
  expect(walk(mallory, '/lib/..', links), 'above a link is what is above its target').toBe('/srv/jail/usr')
})

it('links in a circle are given up', () => {
  expect(() => walk(alice, '/a/x', { '/a': '/b', '/b': '/a' }), '/a -> /b -> /a').toThrow(/./)
  const chain = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`/${i}`, `/${i + 1}`]))
  expect(walk(alice, '/0', chain), '40 links in a row are allowed').toBe('/40')
})
