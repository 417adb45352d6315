import { expect, it } from 'vitest'
import { partsOf } from './exercise.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

/** Without what is undefined, so that a missing part and an undefined one are the same. */
const parts = (name: string) => JSON.parse(JSON.stringify(partsOf(name) ?? 'nothing'))

it('what Alice leaves out is filled in', () => {
  expect(parts('alpine'), 'alpine').toEqual({
    registry: 'docker.io',
    repository: 'library/alpine',
    tag: 'latest',
  })
  expect(parts('alpine:3.20'), 'alpine:3.20 has a tag').toMatchObject({ tag: '3.20' })
})

it('a repository of two parts does not lie in library/', () => {
  expect(parts('alice/shop'), 'alice is a user at docker.io, not a registry').toEqual({
    registry: 'docker.io',
    repository: 'alice/shop',
    tag: 'latest',
  })
  expect(parts('docker.io/alpine'), 'but docker.io/alpine does').toMatchObject({
    registry: 'docker.io',
    repository: 'library/alpine',
  })
})

it('a registry has a dot, or a colon, or is localhost', () => {
  for (const registry of ['ghcr.io', 'shop:5000', 'localhost', 'localhost:5000', '127.0.0.1:5000'])
    expect(parts(`${registry}/shop`), `${registry}/shop`).toEqual({
      registry,
      repository: 'shop',
      tag: 'latest',
    })
})

it('a port is no tag', () => {
  expect(parts('localhost:5000/alice/shop:v1'), 'the tag is behind the last slash').toEqual({
    registry: 'localhost:5000',
    repository: 'alice/shop',
    tag: 'v1',
  })
})

it('a digest stands in place of a tag, or beside it', () => {
  expect(parts(`alpine@${digest}`), 'a digest alone: no tag is made up').toEqual({
    registry: 'docker.io',
    repository: 'library/alpine',
    digest,
  })
  expect(parts(`ghcr.io/alice/shop:v1@${digest}`), 'both').toEqual({
    registry: 'ghcr.io',
    repository: 'alice/shop',
    tag: 'v1',
    digest,
  })
})

it('what is no name is refused', () => {
  for (const name of ['', '/', 'alpine:', 'alpine@', ':3.20', 'alice/', 'alice//shop', 'two words', 'Alpine'])
    expect(() => partsOf(name), `"${name}" is not the name of an image`).toThrow(/./)
})

it('Mallory gets no path out of it', () => {
  for (const name of ['..', '../etc', 'alice/../../etc', 'ghcr.io/../etc', '.', 'alice/.', 'alpine:../etc'])
    expect(() => partsOf(name), `"${name}" would be a path`).toThrow(/./)
  for (const end of ['sha256:../../etc/passwd', 'sha256:abc', `${digest}0`, digest.toUpperCase(), 'md5:00'])
    expect(() => partsOf(`alpine@${end}`), `"${end}" is no digest`).toThrow(/./)
  expect(() => partsOf(`alpine@${digest}\n`), 'a digest and a line feed').toThrow(/./)
})
