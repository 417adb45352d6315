// A registry for the check: the image `alice/shop`, for two architectures, from memory. It wants a token, keeps its layers on
// another host, and can be told to lie.

import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

export type Lie =
  | 'another manifest'
  | 'another config'
  | 'another layer'
  | 'a longer layer'
  | 'an archive of another diff_id'
  | 'no more layers than config'
  | 'a manifest with a wrong size'

export interface Seen {
  readonly path: string
  readonly authorization: string | undefined
  /** Was the registry asked, or the host that keeps the layers? */
  readonly storage: boolean
}

export interface Shop {
  readonly url: string
  readonly seen: readonly Seen[]
  readonly archives: Readonly<Record<'amd64' | 'arm64', readonly Buffer[]>>
  close(): Promise<void>
}

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const indexType = 'application/vnd.oci.image.index.v1+json'
const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const scope = 'repository:alice/shop:pull'
const service = "Alice's registry"

export async function openShop(lie?: Lie): Promise<Shop> {
  const content = new Map<string, Buffer>()
  const add = (mediaType: string, bytes: Buffer) => {
    content.set(digestOf(bytes), bytes)
    return { mediaType, digest: digestOf(bytes), size: bytes.length }
  }
  const json = (mediaType: string, value: object) => add(mediaType, Buffer.from(JSON.stringify(value)))
  const archives = {
    amd64: ['files for everyone', 'programs for amd64'].map((text) => Buffer.from(text)),
    arm64: ['files for everyone', 'programs for arm64'].map((text) => Buffer.from(text)),
  }
  const manifests = (['arm64', 'amd64'] as const).map((architecture) => {
    const [first, second] = archives[architecture]
    const packed = [first!, lie === 'an archive of another diff_id' ? Buffer.from('Mallory') : second!]
    const layers = packed.map((bytes) => add('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(bytes)))
    const diff_ids = archives[architecture].map(digestOf)
    const config = json('application/vnd.oci.image.config.v1+json', {
      os: 'linux',
      architecture,
      rootfs: { type: 'layers', diff_ids },
    })
    if (lie === 'a manifest with a wrong size') layers[1]!.size++
    const listed = lie === 'no more layers than config' ? layers.slice(0, 1) : layers
    const manifest = json(manifestType, { schemaVersion: 2, mediaType: manifestType, config, layers: listed })
    falsify(content, lie, { manifest, config, layer: layers[1]! })
    return { ...manifest, platform: { os: 'linux', architecture } }
  })
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }))

  const seen: Seen[] = []
  const token = randomUUID()
  const storage = await listen((request, response) => {
    const path = request.url ?? ''
    seen.push({ path, authorization: request.headers.authorization, storage: true })
    // as the storage of the large ones: who brings another authorization than its own is sent away
    if (request.headers.authorization) response.writeHead(400).end()
    else response.end(content.get(path.slice(1)))
  })
  const registry = await listen((request, response) => {
    const url = new URL(request.url ?? '', `http://${request.headers.host}`)
    seen.push({ path: url.pathname, authorization: request.headers.authorization, storage: false })
    if (url.pathname === '/get-a-token') {
      const isRight = url.searchParams.get('scope') === scope && url.searchParams.get('service') === service
      response.writeHead(isRight ? 200 : 400).end(JSON.stringify(isRight ? { token } : {}))
      return
    }
    if (request.headers.authorization !== `Bearer ${token}`) {
      const realm = `${url.origin}/get-a-token`
      const challenge = `Bearer realm="${realm}",service="${service}",scope="${scope}"`
      response.writeHead(401, { 'www-authenticate': challenge }).end('{"errors":[{"code":"UNAUTHORIZED"}]}')
      return
    }
    const [, kind, name = ''] = /^\/v2\/alice\/shop\/(manifests|blobs)\/([^/]+)$/.exec(url.pathname) ?? []
    const accepts = (type: string) => (request.headers.accept ?? '').includes(type)
    const bytes = content.get(name)
    if (kind === 'manifests' && name === 'latest' && accepts(indexType))
      response.writeHead(200, { 'content-type': indexType }).end(index)
    else if (kind === 'manifests' && bytes && accepts(manifestType))
      response.writeHead(200, { 'content-type': manifestType }).end(bytes)
    else if (kind === 'blobs' && bytes)
      response.writeHead(307, { location: `${urlOf(storage)}/${name}` }).end()
    else response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
  })
  const close = async () => {
    for (const server of [storage, registry]) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
  return { url: urlOf(registry), seen, archives, close }
}

/** Put something else where a digest leads. */
function falsify(
  content: Map<string, Buffer>,
  lie: Lie | undefined,
  places: Record<'manifest' | 'config' | 'layer', { digest: string }>,
): void {
  const { manifest, config, layer } = places
  const changed = ({ digest }: { digest: string }, change: (text: string) => string) =>
    content.set(digest, Buffer.from(change(content.get(digest)!.toString())))
  if (lie === 'another manifest')
    changed(manifest, (text) => text.replace('"schemaVersion":2', '"schemaVersion":3'))
  if (lie === 'another config') changed(config, (text) => text.replace('linux', 'Linux'))
  if (lie === 'another layer') content.set(layer.digest, gzipSync(Buffer.from('programs of Mallory')))
  if (lie === 'a longer layer')
    content.set(layer.digest, Buffer.concat([content.get(layer.digest)!, Buffer.alloc(10)]))
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
