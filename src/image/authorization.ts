// How a registry is told who asks. It answers 401 with a challenge: `Basic` wants the password itself; `Bearer` sends us
// to a token server, where anybody gets a token for a public repository, and a login gets one for a private one.
// Source: distribution.github.io/distribution/spec/auth/token and RFC 9110, section 11.

import { basic, type Credentials } from './credentials.ts'
import { type HttpOptions, retrying, send } from './http.ts'
import { sentOn } from './registry-url.ts'

export interface Challenge {
  /** in lower case: `bearer`, `basic` */
  readonly scheme: string
  /** `realm`, `service`, `scope` */
  readonly parameters: Readonly<Record<string, string>>
}

/** Read the header `WWW-Authenticate`, which may hold several challenges. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = []
  const token = /\s*,?\s*([^\s=,"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?/y
  for (let match = token.exec(header); match; match = token.exec(header)) {
    const [, word = '', quoted, plain] = match
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain
    if (value === undefined) challenges.push({ scheme: word.toLowerCase(), parameters: {} })
    else if (challenges.length > 0) challenges.at(-1)!.parameters[word.toLowerCase()] = value
  }
  return challenges
}

/**
 * The header `Authorization` that answers a challenge, or undefined if we have nothing to answer with.
 * @param asker the registry that wants to know
 * @param scope what we want, unless the challenge says it: `repository:library/alpine:pull`
 */
export async function answerTo(
  asker: URL,
  header: string,
  scope: string,
  credentials: Credentials,
  options: HttpOptions,
): Promise<string | undefined> {
  const challenges = parseChallenges(header)
  const bearer = challenges.find((c) => c.scheme === 'bearer' && c.parameters.realm)
  if (bearer) {
    const token = await fetchToken(asker, bearer, scope, credentials, options)
    return token && `Bearer ${token}`
  }
  const wantsLogin = challenges.some((c) => c.scheme === 'basic')
  return wantsLogin && credentials.kind === 'login'
    ? basic(credentials.username, credentials.password)
    : undefined
}

async function fetchToken(
  asker: URL,
  { parameters }: Challenge,
  wanted: string,
  credentials: Credentials,
  options: HttpOptions,
): Promise<string | undefined> {
  const url = sentOn(asker, parameters.realm!)
  const query: Record<string, string> = {}
  const scope = parameters.scope ?? wanted
  // a login alone asks for no right to anything
  if (scope !== '') query.scope = scope
  if (parameters.service) query.service = parameters.service
  const answer = await retrying(options, () => {
    if (credentials.kind === 'identity') {
      const form = { grant_type: 'refresh_token', client_id: 'gocker', refresh_token: credentials.token }
      return send(url, { method: 'POST', body: new URLSearchParams({ ...query, ...form }) }, options)
    }
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const authorization =
      credentials.kind === 'login' ? basic(credentials.username, credentials.password) : undefined
    return send(url, { authorization }, options)
  })
  const text = await textOf(answer.body)
  if (answer.status === 401 || answer.status === 403) return undefined
  if (answer.status !== 200) throw new Error(`The token server ${url.host} answered ${answer.status}.`)
  try {
    const { token, access_token } = JSON.parse(text) as { token?: string; access_token?: string }
    return token || access_token
  } catch {
    throw new Error(`The token server ${url.host} sent no token.`)
  }
}

/** A token is short: what is longer than 1 MiB is none. */
async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > 1 << 20) throw new Error('The token server sends more than a token.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
