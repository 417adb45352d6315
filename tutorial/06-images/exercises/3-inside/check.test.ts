import { expect, it } from 'vitest'
import { placeOf } from './exercise.ts'

const none = new Map<string, string>()

function leads(name: string, to: string, links: Record<string, string> = {}) {
  const said = Object.entries(links).map(([from, target]) => `${from} is a link to ${target}; `)
  const map = new Map(Object.entries(links))
  expect(placeOf(name, map), `${said.join('')}where "${name}" leads`).toBe(to)
}

it('most names lead to where they say', () => {
  for (const name of ['etc/motd', 'srv', 'srv/fruit/apple', 'etc/..data', 'a/...', '.hidden'])
    leads(name, name)
})

it('slashes and dots that say nothing are left out', () => {
  leads('./etc/motd', 'etc/motd')
  leads('/etc/motd', 'etc/motd')
  leads('etc//./motd', 'etc/motd')
  leads('srv/', 'srv')
  leads('./', '')
})

it('.. leads up, and at the root it stays there', () => {
  leads('srv/../etc/motd', 'etc/motd')
  leads('../etc/passwd', 'etc/passwd')
  leads('../../../../etc/passwd', 'etc/passwd')
  leads('srv/../../../etc/passwd', 'etc/passwd')
  leads('..', '')
})

it('a link on the way is followed within the layer', () => {
  leads('shelf/users', 'etc/users', { shelf: '/etc' })
  leads('srv/shelf/users', 'srv/fruit/users', { 'srv/shelf': 'fruit' })
  leads('srv/shelf/users', 'etc/users', { 'srv/shelf': '../etc' })
})

it('a link cannot lead out either', () => {
  leads('shelf/users', 'users', { shelf: '../../../..' })
  leads('shelf/users', 'etc/users', { shelf: '/../../etc' })
  leads('a/b/shelf/users', 'users', { 'a/b/shelf': '../../../../../' })
})

it('a link in the way of a link is followed, too', () => {
  leads('one/x', 'etc/x', { one: 'two', two: '/three', three: 'etc' })
  leads('one/x', 'etc/x', { one: 'srv/two/in', 'srv/two': '/', in: 'etc' })
})

it('.. after a link is above where the link leads', () => {
  leads('shelf/../x', 'srv/x', { shelf: 'srv/fruit' })
  leads('shelf/../../../x', 'x', { shelf: 'srv/fruit' })
})

it('a link that is the last part is not followed', () => {
  leads('etc/motd', 'etc/motd', { 'etc/motd': '/outside' })
  leads('shelf/motd', 'etc/motd', { shelf: 'etc', 'etc/motd': '../../outside' })
  leads('shelf/', 'shelf', { shelf: '/etc' })
})

it('a circle ends', () => {
  const links = new Map([
    ['here', 'there'],
    ['there', 'here'],
    ['self', 'self/self'],
  ])
  expect(() => placeOf('here/x', links), 'here leads there, and there leads here').toThrow(/./)
  expect(() => placeOf('self/x', links), 'a link that leads to itself, twice').toThrow(/./)
  expect(placeOf('etc/x', links), 'who does not come by the circle has no trouble').toBe('etc/x')
})

it('whatever Mallory writes, the place is below the root', () => {
  const words = ['..', '.', '', 'etc', 'shelf', '...', '..etc']
  const links = new Map([
    ['shelf', '/../..'],
    ['etc', '../../srv'],
  ])
  for (let n = 0; n < 7 ** 4; n++) {
    const name = [n, n / 7, n / 49, n / 343].map((i) => words[Math.floor(i) % 7]).join('/')
    const place = placeOf(name, links)
    const isInside = place.split('/').every((part) => !['.', '..'].includes(part)) && !place.startsWith('/')
    expect(isInside, `"${name}" leads to "${place}", which is not a place below the root`).toBe(true)
  }
  expect(placeOf('constructor/x', none), 'a name is a name').toBe('constructor/x')
})
