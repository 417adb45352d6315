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
  // TODO: ask for the manifest of the tag, with a token once you know where to get one.
  // TODO: go from the index to the manifest, the config and the layers, and check each.
  throw new Error('TODO: pull does not ask anybody yet')
}

/** `realm`, `service`, `scope` of a header `Bearer realm="…",service="…",scope="…"` */
export function challengeIn(header: string): Record<string, string> {
  return Object.fromEntries([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
