// Logging in to registries: the one that everybody runs, with a password, and one that sends us to a token server.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startSmallRegistry } from '../../src/image/small-registry.ts'
import { passwordAuth, startDockerRegistry } from '../image/docker-registry.ts'
import { hasProgram } from '../image/has-program.ts'
import { gockerWith, isRoot } from './gocker.ts'

const home = mkdtempSync(join(tmpdir(), 'gocker-test-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const config = join(home, 'docker')
const file = join(config, 'config.json')
const env = { DOCKER_CONFIG: config, GOCKER_ROOT: join(home, 'root') }
const saved = () => JSON.parse(readFileSync(file, 'utf8'))
const login = (input: string, ...args: string[]) =>
  gockerWith({ env, input }, 'login', '--password-stdin', ...args)
const gocker = (...args: string[]) => gockerWith({ env, input: '' }, ...args)

describe.skipIf(!hasProgram('docker-registry') || !hasProgram('htpasswd'))(
  'login (needs docker-registry and htpasswd)',
  () => {
    it('is tried before it is kept, and kept as Docker does', async () => {
      const registry = await startDockerRegistry(home, passwordAuth(home, 'anna', 'correct horse'))
      try {
        const wrong = await login('battery\n', '-u', 'anna', registry.host)
        expect([wrong.status, wrong.stdout]).toEqual([1, ''])
        expect(wrong.stderr).toContain('unauthorized: incorrect username or password')
        expect(() => statSync(file)).toThrow()

        // what else is in the file stays, and it belongs to its owner alone afterwards
        mkdirSync(config, { recursive: true })
        writeFileSync(
          file,
          JSON.stringify({ auths: { 'other.example': { auth: 'eDp5' } }, detachKeys: 'ctrl-x' }),
          { mode: 0o644 },
        )
        const right = await login('correct horse\n', '-u', 'anna', `http://${registry.host}/`)
        expect([right.status, right.stdout]).toEqual([0, 'Login Succeeded\n'])
        expect(right.stderr).toContain('stored unencrypted')
        const auth = Buffer.from('anna:correct horse').toString('base64')
        expect(saved()).toEqual({
          auths: { 'other.example': { auth: 'eDp5' }, [registry.host]: { auth } },
          detachKeys: 'ctrl-x',
        })
        expect(statSync(file).mode & 0o777).toBe(0o600)
        expect((await gocker('login', registry.host)).stdout).toBe('Login Succeeded\n')
        if (isRoot) {
          const { stderr } = await gocker('pull', `${registry.host}/no/such:1`)
          expect(stderr).not.toContain('access denied')
        }

        expect((await gocker('logout', registry.host)).stdout).toBe(
          `Removing login credentials for ${registry.host}\n`,
        )
        expect((await gocker('logout', registry.host)).stdout).toBe(`Not logged in to ${registry.host}\n`)
        expect(saved().auths).toEqual({ 'other.example': { auth: 'eDp5' } })
      } finally {
        await registry.stop()
      }
    })
  },
)

describe('login at a token server', () => {
  it('asks it for a token, and believes the registry', async () => {
    const registry = await startSmallRegistry(join(home, 'images'), {
      authorization: 'bearer',
      login: { username: 'anna', password: 'secret' },
    })
    try {
      expect((await login('wrong', '-u', 'anna', registry.host)).status).toBe(1)
      expect((await login('secret', '-u', 'anna', registry.host)).stdout).toBe('Login Succeeded\n')
      expect(registry.requests.join('\n')).toMatch(/token/)
      await gocker('logout', registry.host)
    } finally {
      await registry.close()
    }
  })
})

describe('login', () => {
  it('says what it needs', async () => {
    expect((await login('x', 'localhost:1')).stderr).toContain('--password-stdin option requires --username')
    expect((await gocker('login', '-u', 'anna', 'localhost:1')).stderr).toContain(
      'Cannot perform an interactive login from a non TTY device',
    )
    const both = await login('x', '-u', 'a', '-p', 'b', 'localhost:1')
    expect(both.stderr).toContain('--password and --password-stdin are mutually exclusive')
    expect((await login('x', '-u', 'anna', 'localhost:1')).stderr).toMatch(/localhost:1/)
  })

  it('says that it runs no credential helper', async () => {
    const registry = await startSmallRegistry(join(home, 'images'))
    mkdirSync(config, { recursive: true })
    writeFileSync(file, JSON.stringify({ credsStore: 'pass' }))
    try {
      const { status, stderr } = await login('secret', '-u', 'anna', registry.host)
      expect(status).toBe(0)
      expect(stderr).toContain('names docker-credential-pass for this registry. Gocker runs no such programs')
      expect((await gocker('logout', registry.host)).stderr).toContain(
        'docker-credential-pass may keep a login',
      )
    } finally {
      await registry.close()
    }
  })
})
