// Exercise 06-4: from a name to the layers, without believing anybody.

import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'

/** How one document names another. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  /** In an index only. */
  readonly platform?: { readonly os: string; readonly architecture: string }
}

export interface Config {
  readonly architecture: string
  /** The digests of the layers as they are unpacked, the lowest first. */
  readonly rootfs: { readonly diff_ids: readonly string[] }
}

export interface Image {
  readonly config: Config
  /** Each as a tar archive, no longer compressed; the lowest first. */
  readonly layers: readonly Uint8Array[]
}

/** What the documents are called: for the header `Accept`. */
export const types = ['application/vnd.oci.image.index.v1+json', 'application/vnd.oci.image.manifest.v1+json']

/**
 * @param registry `http://127.0.0.1:41234`
 * @param architecture `amd64`, `arm64`
 * @throws Error if the image is not there, is not for this architecture, or is not what it should be
 */
export async function pull(
  registry: string,
  repository: string,
  tag: string,
  architecture: string,
): Promise<Image> {
  let token: string | undefined
  const get = async (path: string): Promise<Uint8Array> => {
    const ask = () =>
      fetch(`${registry}/v2/${repository}/${path}`, {
        headers: { accept: types.join(', '), ...(token && { authorization: `Bearer ${token}` }) },
      })
    let answer = await ask()
    const challenge = answer.headers.get('www-authenticate')
    if (answer.status === 401 && challenge && token === undefined) {
      token = await fetchToken(challenge)
      answer = await ask()
    }
    if (!answer.ok) throw new Error(`${path}: the registry answered ${answer.status}`)
    return new Uint8Array(await answer.arrayBuffer())
  }
  const checked = async (kind: 'manifests' | 'blobs', { digest, size }: Descriptor) => {
    const bytes = await get(`${kind}/${digest}`)
    if (bytes.length !== size) throw new Error(`${digest} has ${bytes.length} bytes, and not ${size}`)
    if (digestOf(bytes) !== digest) throw new Error(`what came for ${digest} is ${digestOf(bytes)}`)
    return bytes
  }

  const index = parse<{ manifests: Descriptor[] }>(await get(`manifests/${tag}`))
  const mine = index.manifests.find(({ platform }) => platform?.architecture === architecture)
  if (!mine) throw new Error(`${repository}:${tag} is not there for ${architecture}`)
  const manifest = parse<{ config: Descriptor; layers: Descriptor[] }>(await checked('manifests', mine))
  const config = parse<Config>(await checked('blobs', manifest.config))
  const diffIds = config.rootfs.diff_ids
  if (diffIds.length !== manifest.layers.length)
    throw new Error('manifest and config have not the same layers')
  const layers: Uint8Array[] = []
  for (const [i, layer] of manifest.layers.entries()) {
    const archive = gunzipSync(await checked('blobs', layer))
    if (digestOf(archive) !== diffIds[i]) throw new Error(`layer ${i} unpacks to ${digestOf(archive)}`)
    layers.push(archive)
  }
  return { config, layers }
}

async function fetchToken(challenge: string): Promise<string> {
  const { realm = '', ...wanted } = challengeIn(challenge)
  const answer = await fetch(`${realm}?${new URLSearchParams(wanted)}`)
  return ((await answer.json()) as { token: string }).token
}

function parse<T>(bytes: Uint8Array): T {
  return JSON.parse(Buffer.from(bytes).toString()) as T
}

/** `realm`, `service`, `scope` of a header `Bearer realm="…",service="…",scope="…"` */
export function challengeIn(header: string): Record<string, string> {
  return Object.fromEntries([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
