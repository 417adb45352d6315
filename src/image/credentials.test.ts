import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseChallenges } from './authorization.ts'
import { credentialsFor } from './credentials.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gocker-test-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const auth = Buffer.from('anna:pass:word').toString('base64')
const login = { kind: 'login', username: 'anna', password: 'pass:word' }

describe('logins that docker login left', () => {
  it.each([
    ['docker.io', { auths: { 'https://index.docker.io/v1/': { auth } } }, login],
    ['localhost:5000', { auths: { 'localhost:5000': { auth } } }, login],
    ['ghcr.io', { auths: { 'https://ghcr.io/v2/': { auth } } }, login],
    ['ghcr.io', { auths: { 'ghcr.io': { username: 'anna', password: 'pass:word' } } }, login],
    ['ghcr.io', { auths: { 'ghcr.io.evil.example': { auth } } }, { kind: 'none' }],
    ['ghcr.io', { auths: { 'ghcr.io': { identitytoken: 't' } } }, { kind: 'identity', token: 't' }],
    [
      'ghcr.io',
      { auths: { 'ghcr.io': {} }, credsStore: 'pass' },
      { kind: 'helper', program: 'docker-credential-pass' },
    ],
    ['ghcr.io', { credHelpers: { 'ghcr.io': 'gh' } }, { kind: 'helper', program: 'docker-credential-gh' }],
    ['ghcr.io', {}, { kind: 'none' }],
  ])('for %s', (registry, config, expected) => {
    const path = join(directory, 'config.json')
    writeFileSync(path, JSON.stringify(config))
    expect(credentialsFor(registry, path)).toEqual(expected)
  })

  it('are none where there is no file, and an error where it cannot be read', () => {
    expect(credentialsFor('ghcr.io', join(directory, 'missing'))).toEqual({ kind: 'none' })
    const path = join(directory, 'config.json')
    writeFileSync(path, '{')
    expect(() => credentialsFor('ghcr.io', path)).toThrow(/is not JSON/)
  })
})

describe('challenges', () => {
  it.each([
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
      [
        {
          scheme: 'bearer',
          parameters: {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:a/b:pull,push',
          },
        },
      ],
    ],
    ['Basic realm="a \\"b\\""', [{ scheme: 'basic', parameters: { realm: 'a "b"' } }]],
    [
      'Basic realm=x, Bearer realm="y" , service=z',
      [
        { scheme: 'basic', parameters: { realm: 'x' } },
        { scheme: 'bearer', parameters: { realm: 'y', service: 'z' } },
      ],
    ],
    ['Negotiate', [{ scheme: 'negotiate', parameters: {} }]],
    ['', []],
  ])('%s', (header, expected) => {
    expect(parseChallenges(header)).toEqual(expected)
  })
})
