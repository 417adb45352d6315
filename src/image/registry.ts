// The client's side of the registry protocol, for one repository: fetch a manifest, open a blob. Nothing is believed that
// can be computed: a manifest asked for by digest is hashed here, a blob where it is read (download.ts).
// Source: OCI distribution specification, "Pull".

import { createHash } from 'node:crypto'
import { answerTo } from './authorization.ts'
import type { Credentials } from './credentials.ts'
import { type Answer, type HttpOptions, retrying, send } from './http.ts'
import { type Descriptor, mediaTypes } from './manifest.ts'
import { familiar, familiarName, type Reference } from './reference.ts'
import { registryUrl } from './registry-url.ts'

export interface Registry {
  /**
   * Fetch a manifest or an index by tag or digest.
   * @returns its bytes, unchanged, with the digest computed over them
   * @throws Error in Docker's words if it is not there or not for us
   */
  manifest(tagOrDigest: string): Promise<{ mediaType: string; digest: string; bytes: Uint8Array }>
  /** Ask for the bytes of a blob from `offset` on. One try: who reads must be able to go on after a `Dropped`. */
  blob(descriptor: Descriptor, offset: number): Promise<Answer>
}

/** The largest manifest that is taken: what the specification asks registries to allow. */
const manifestLimit = 4 << 20

/** A client for the repository of `reference`. Nothing is sent yet. */
export function openRegistry(reference: Reference, credentials: Credentials, options: HttpOptions): Registry {
  const { registry, repository } = reference
  const base = registryUrl(registry, `${repository}/`)
  const scope = `repository:${repository}:pull`
  let authorization: string | undefined
  let asking: Promise<string | undefined> | undefined

  const get = async (path: string, headers: Record<string, string>): Promise<Answer> => {
    const url = new URL(path, base)
    const used = authorization
    const first = await send(url, { headers, authorization: used }, options)
    const challenge = first.headers.get('www-authenticate')
    // a challenge of a host that we were sent on to is not answered: it would say where our password goes
    if (first.status !== 401 || challenge === null || first.origin !== url.origin) return first
    const refused = { ...first, body: once(await collect(first.body, manifestLimit)) }
    if (authorization === used) {
      // several layers may meet the end of one token together: one new token serves all
      asking ??= answerTo(url, challenge, scope, credentials, options).finally(() => {
        asking = undefined
      })
      authorization = await asking
    }
    return authorization === undefined ? refused : send(url, { headers, authorization }, options)
  }

  return {
    manifest: (tagOrDigest) =>
      retrying(options, async () => {
        const accept = [...mediaTypes.index, ...mediaTypes.manifest].join(', ')
        const answer = await get(`manifests/${tagOrDigest}`, { accept })
        const bytes = await collect(answer.body, manifestLimit)
        if (answer.status !== 200) throw refusal(reference, tagOrDigest, answer.status, bytes, credentials)
        const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
        const asked = tagOrDigest.startsWith('sha256:') ? tagOrDigest : undefined
        for (const said of [asked, answer.headers.get('docker-content-digest')]) {
          if (said?.startsWith('sha256:') && said !== digest) {
            throw new Error(
              `Wrong digest: the manifest of ${familiar(reference)} should be ${said} and is ${digest}.\n` +
                'The registry, or something on the way, changed it.',
            )
          }
        }
        return { mediaType: answer.headers.get('content-type') ?? '', digest, bytes }
      }),

    blob: async (descriptor, offset) => {
      // identity: fetch would unpack what a proxy compresses, and the digest is that of the bytes as they lie there
      const headers: Record<string, string> = { 'accept-encoding': 'identity' }
      if (offset > 0) headers.range = `bytes=${offset}-`
      const answer = await get(`blobs/${descriptor.digest}`, headers)
      if (answer.status === 200 || answer.status === 206) return answer
      const bytes = await collect(answer.body, manifestLimit)
      throw refusal(reference, descriptor.digest, answer.status, bytes, credentials)
    },
  }
}

/** Read a body to its end. @throws Error if it is longer than `limit` bytes */
export async function collect(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > limit) throw new Error(`The registry sends more than ${limit} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** What the registry's "no" means, as Docker puts it. Distribution specification, "Error Codes" */
function refusal(
  reference: Reference,
  what: string,
  status: number,
  body: Uint8Array,
  credentials: Credentials,
): Error {
  const { code, said } = errorOf(body, status)
  const name = familiarName(reference)
  if (status === 401 || status === 403 || code === 'DENIED' || code === 'UNAUTHORIZED') {
    const help =
      credentials.kind === 'helper'
        ? `\nThe login is kept by ${credentials.program}, and Gocker starts no other programs: put it into ~/.docker/config.json ("auths").`
        : credentials.kind === 'none'
          ? ''
          : '\nThere is a login for this registry in ~/.docker/config.json; it was not enough.'
    return new Error(
      `pull access denied for ${name}, repository does not exist or may require 'docker login': ${said}${help}`,
    )
  }
  if (code === 'NAME_UNKNOWN') return new Error(`repository ${name} not found: ${said}`)
  if (status !== 404) return new Error(`The registry ${reference.registry} answered ${status}: ${said}`)
  if (what === reference.tag || what === reference.digest)
    return new Error(`manifest for ${familiar(reference)} not found: ${said}`)
  return new Error(`A part of ${familiar(reference)} is not in the registry (${what}): ${said}`)
}

function errorOf(body: Uint8Array, status: number): { code: string; said: string } {
  try {
    const { errors } = JSON.parse(Buffer.from(body).toString()) as {
      errors: { code: string; message?: string }[]
    }
    const [{ code, message } = { code: '' }] = errors
    return { code, said: `${code.toLowerCase().replaceAll('_', ' ')}: ${message ?? status}` }
  } catch {
    const code = status === 404 ? 'MANIFEST_UNKNOWN' : status === 401 ? 'UNAUTHORIZED' : ''
    return {
      code,
      said: code ? `${code.toLowerCase().replace('_', ' ')}: status ${status}` : `status ${status}`,
    }
  }
}
