// The registry that everybody runs, as a process on a port of this machine that lasts as long as a test.

import { spawn, spawnSync } from 'node:child_process'
import { createSign, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface RunningRegistry {
  readonly host: string
  stop(): Promise<void>
}

/** Start it with its data in `dir`. `auth` is that part of its configuration, as JSON, which is YAML too. */
export async function startDockerRegistry(dir: string, auth?: object): Promise<RunningRegistry> {
  const config = {
    version: 0.1,
    log: { level: 'info', formatter: 'json' },
    storage: { filesystem: { rootdirectory: join(dir, 'data') } },
    http: { addr: '127.0.0.1:0' },
    ...(auth && { auth }),
  }
  const path = join(dir, `config-${randomUUID()}.yml`)
  writeFileSync(path, JSON.stringify(config))
  const child = spawn('docker-registry', ['serve', path], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line)
    const host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
    if (!host) continue
    // what it says later is thrown away, so that the pipe does not fill up
    child.stderr.resume()
    const stop = async () => {
      child.kill()
      await ended
    }
    return { host, stop }
  }
  throw new Error(`docker-registry does not start:\n${lines.join('\n')}`)
}

/** The configuration for a login with a password. htpasswd(1) */
export function passwordAuth(dir: string, username: string, password: string): object {
  const { stdout } = spawnSync('htpasswd', ['-Bbn', username, password], { encoding: 'utf8' })
  const path = join(dir, 'htpasswd')
  writeFileSync(path, stdout)
  return { htpasswd: { realm: 'test', path } }
}

export interface TokenServer {
  readonly auth: object
  /** who asked: the header `Authorization`, or empty */
  readonly asked: readonly string[]
  stop(): Promise<void>
}

/**
 * A token server that the registry believes: its tokens are signed with a key whose certificate the registry has.
 * Source: distribution.github.io/distribution/spec/auth/jwt
 */
export async function startTokenServer(dir: string): Promise<TokenServer> {
  const [key, certificate] = [join(dir, 'key.pem'), join(dir, 'certificate.pem')]
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=test', '-days', '2']
  spawnSync('openssl', [...request, '-keyout', key, '-out', certificate])
  const chain = readFileSync(certificate, 'utf8').replaceAll(/-----.*-----|\s/g, '')
  const asked: string[] = []
  const server = createServer((question, response) => {
    asked.push(question.headers.authorization ?? '')
    const query = new URL(question.url ?? '', 'http://localhost').searchParams
    const [type, name, actions = ''] = (query.get('scope') ?? '').split(':')
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: 'test',
      sub: 'anna',
      aud: query.get('service'),
      exp: now + 300,
      nbf: now - 10,
      iat: now,
      jti: randomUUID(),
      access: [{ type, name, actions: actions.split(',') }],
    }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ typ: 'JWT', alg: 'RS256', x5c: [chain] })}.${part(claims)}`
    const signature = createSign('RSA-SHA256').update(text).sign(readFileSync(key), 'base64url')
    response.end(JSON.stringify({ access_token: `${text}.${signature}` }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
  return {
    auth: { token: { realm, service: 'registry', issuer: 'test', rootcertbundle: certificate } },
    asked,
    stop: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
