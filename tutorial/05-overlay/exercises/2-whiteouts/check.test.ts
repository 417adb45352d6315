import { expect, it } from 'vitest'
import { meaningOf } from './exercise.ts'

it('most names are entries', () => {
  for (const name of ['etc/passwd', 'srv/fruit', 'a.wh.b', '.hidden', 'srv/.whale'])
    expect(meaningOf(name), `${name} is something to unpack`).toEqual({ kind: 'entry' })
})

it('.wh. in front of a name says that it is gone', () => {
  expect(meaningOf('srv/.wh.sign'), 'srv/sign is gone').toEqual({ kind: 'gone', path: 'srv/sign' })
  expect(meaningOf('.wh.srv'), 'srv, at the top of the image, is gone').toEqual({ kind: 'gone', path: 'srv' })
})

it('a file with a dot in front can be gone, too', () => {
  expect(meaningOf('root/.wh..profile'), 'root/.profile is gone').toEqual({
    kind: 'gone',
    path: 'root/.profile',
  })
})

it('.wh..wh..opq empties a directory', () => {
  const fruit = meaningOf('srv/fruit/.wh..wh..opq')
  expect(fruit, 'srv/fruit is emptied').toEqual({ kind: 'all gone', path: 'srv/fruit' })
  expect(meaningOf('.wh..wh..opq'), 'the root is emptied').toEqual({ kind: 'all gone', path: '' })
})

it('what aufs left behind is ignored', () => {
  for (const name of ['.wh..wh.plnk', 'srv/.wh..wh.aufs', '.wh..wh.orph'])
    expect(meaningOf(name), `${name} is a note of aufs`).toEqual({ kind: 'ignore' })
})

it('Mallory cannot delete a directory from within', () => {
  for (const name of ['srv/.wh.', 'srv/.wh..', 'srv/.wh...', '.wh...'])
    expect(() => meaningOf(name), `${name} aims at the directory it lies in, or above`).toThrow(/./)
  expect(meaningOf('srv/.wh....'), 'but a file may be called ...').toEqual({ kind: 'gone', path: 'srv/...' })
})
