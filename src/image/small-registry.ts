// A small registry: the other side of the protocol, on a port of this machine alone. It serves an OCI image layout as it
// lies in a directory, read only: manifests by tag or digest, blobs, ranges of blobs, and, if asked to, only to those
// who log in or bring a token. It can be told to fail, for a client is as good as what it does then.
// Source: OCI distribution specification, "Pull"; distribution.github.io/distribution/spec/auth/token

import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isDigest } from '../overlay/layer-name.ts'
import { basic } from './credentials.ts'
import { blobPath, readIndex, refName } from './layout.ts'

/** One thing that goes wrong, for the first `times` requests whose path holds `path`. */
export interface Fault {
  readonly path: string
  /** once unless said */
  readonly times?: number
  /** answer with this status, and `headers` */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** break the connection off after so many bytes of the body */
  readonly cutAfter?: number
  /** say nothing more after so many bytes of the body */
  readonly stallAfter?: number
  /** change the first byte of the body */
  readonly wrongByte?: boolean
  /** know nothing of ranges */
  readonly wholeOnly?: boolean
}

export interface SmallRegistryOptions {
  /** `basic` asks for the password itself, `bearer` for a token. Without `login` anybody gets a token. */
  readonly authorization?: 'basic' | 'bearer'
  readonly login?: { readonly username: string; readonly password: string }
  /** After how many requests a token is used up. */
  readonly tokenLasts?: number
  readonly faults?: readonly Fault[]
}

export interface SmallRegistry {
  /** where it listens, as an image's name begins: `127.0.0.1:41234` */
  readonly host: string
  /** what was asked, as `GET /v2/tiny/manifests/latest 200` */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** Serve the layout in `dir`. It listens when the promise is kept, until `close`. */
export async function startSmallRegistry(
  dir: string,
  options: SmallRegistryOptions = {},
): Promise<SmallRegistry> {
  const requests: string[] = []
  const guard = makeGuard(options)
  const faults = (options.faults ?? []).map((fault) => ({ fault, left: fault.times ?? 1 }))
  const server = createServer((request, response) => {
    response.on('close', () => requests.push(`${request.method} ${request.url} ${response.statusCode}`))
    const due = faults.find(({ fault, left }) => left > 0 && request.url?.includes(fault.path))
    if (due) due.left--
    const fault = due?.fault
    if (fault?.status) answer(response, fault.status, 'UNKNOWN', fault.headers)
    else if (guard(request, response)) serve(dir, request, response, fault)
  })
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve()),
  )
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Manifests and blobs: `/v2/<repository>/manifests/<tag or digest>`, `/v2/<repository>/blobs/<digest>` */
function serve(dir: string, request: IncomingMessage, response: ServerResponse, fault?: Fault): void {
  const found = find(dir, request.url ?? '')
  if (typeof found === 'string') {
    answer(response, found === 'OK' ? 200 : 404, found)
    return
  }
  const { path, size, headers } = found
  const asked = fault?.wholeOnly ? undefined : /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]
  const start = Math.min(Number(asked ?? 0), size)
  response.writeHead(asked ? 206 : 200, {
    ...headers,
    'content-length': size - start,
    ...(asked && { 'content-range': `bytes ${start}-${size - 1}/${size}` }),
  })
  if (request.method === 'HEAD') response.end()
  else sendFile(path, start, response, fault)
}

interface FoundFile {
  readonly path: string
  readonly size: number
  readonly headers: Readonly<Record<string, string>>
}

/** The file behind a path of the protocol, or the code of the error. */
function find(dir: string, url: string): FoundFile | string {
  if (url === '/v2/') return 'OK'
  const [, repository, kind, name] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? []
  if (!repository || !name) return 'UNSUPPORTED'
  const digest = isDigest(name) ? name : digestOf(dir, repository, name)
  const path = digest && blobPath(dir, digest)
  const size = path ? statSync(path, { throwIfNoEntry: false })?.size : undefined
  if (!path || size === undefined) return kind === 'blobs' ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN'
  const type = kind === 'blobs' ? 'application/octet-stream' : mediaTypeOf(path)
  return { path, size, headers: { 'content-type': type, 'docker-content-digest': digest } }
}

function mediaTypeOf(path: string): string {
  const { mediaType } = JSON.parse(readFileSync(path, 'utf8')) as { mediaType?: string }
  return mediaType ?? 'application/vnd.oci.image.manifest.v1+json'
}

function sendFile(path: string, start: number, response: ServerResponse, fault?: Fault): void {
  const stop = fault?.cutAfter ?? fault?.stallAfter ?? Number.POSITIVE_INFINITY
  let sent = 0
  const file = createReadStream(path, { start, highWaterMark: 1 << 18 })
  file.on('data', (chunk: Buffer | string) => {
    if (typeof chunk === 'string') return
    if (fault?.wrongByte && sent === 0) chunk.writeUInt8(chunk.readUInt8() ^ 1)
    const piece = chunk.subarray(0, stop - sent)
    sent += piece.length
    if (!response.write(piece)) file.pause()
    if (sent < stop) return
    file.destroy()
    // what is written is to arrive first
    if (fault?.cutAfter !== undefined) setTimeout(() => response.destroy(), 20)
  })
  response.on('drain', () => file.resume()).on('close', () => file.destroy())
  file.on('end', () => response.end())
}

/** Which manifest a tag stands for. `index.json` may name it in full, `docker.io/library/tiny:latest`, or by its tag. */
function digestOf(dir: string, repository: string, tag: string): string | undefined {
  const name = `${repository}:${tag}`
  return readIndex(dir).find(({ annotations }) => {
    const said = annotations?.[refName]
    return said === tag || said === name || said?.endsWith(`/${name}`)
  })?.digest
}

/** Lets a request through, or answers it with a challenge; gives out tokens at `/token`. */
function makeGuard({ authorization, login, tokenLasts = Infinity }: SmallRegistryOptions) {
  const tokens = new Map<string, number>()
  const wanted = login && digest(basic(login.username, login.password))
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const given = request.headers.authorization ?? ''
    const host = request.headers.host
    if (authorization === 'bearer' && request.url?.startsWith('/token')) {
      if (wanted && digest(given) !== wanted) answer(response, 401, 'UNAUTHORIZED')
      else {
        const token = randomUUID()
        tokens.set(`Bearer ${token}`, tokenLasts)
        response.end(JSON.stringify({ token, expires_in: 300 }))
      }
      return false
    }
    if (authorization === undefined) return true
    const left = tokens.get(given) ?? 0
    tokens.set(given, left - 1)
    if (authorization === 'bearer' ? left > 0 : digest(given) === wanted) return true
    const repository = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(request.url ?? '')?.[1]
    const scope = repository ? `,scope="repository:${repository}:pull"` : ''
    const bearer = `Bearer realm="http://${host}/token",service="small registry"${scope}`
    const challenge = authorization === 'bearer' ? bearer : 'Basic realm="small registry"'
    answer(response, 401, 'UNAUTHORIZED', { 'www-authenticate': challenge })
    return false
  }
}

/** Compared by digest: how long a comparison takes says nothing then. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function answer(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  const message = code.toLowerCase().replaceAll('_', ' ')
  response.end(status === 200 ? '{}' : JSON.stringify({ errors: [{ code, message }] }))
}
