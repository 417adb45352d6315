// The names of images. `alpine` is short for `docker.io/library/alpine:latest`: a registry, a repository there, and
// a tag or a digest. Pure: text in, parts out, and back. Grammar and rules as Docker's, so that a name that works
// there works here, and a wrong one gets the same message.
// Source: github.com/distribution/reference, regexp.go and normalize.go.

import { isDigest } from '../overlay/layer-name.ts'

export interface Reference {
  /** The host that serves it, with a port if one was given: `docker.io`, `localhost:5000`. */
  readonly registry: string
  /** The path there: `library/alpine`. */
  readonly repository: string
  /** `latest` where neither tag nor digest was given; undefined beside a digest alone. */
  readonly tag?: string
  /** It names the content itself, so it goes before the tag. */
  readonly digest?: string
}

const label = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const host = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const whole = new RegExp(`^(${host})/(${part}(?:/${part})*)(?::(\\w[\\w.-]{0,127}))?(?:@(.+))?$`)

/**
 * Take a name apart and fill in what was left out.
 * @throws Error in Docker's words: "invalid reference format…"
 */
export function parseReference(text: string): Reference {
  if (/^[0-9a-f]{64}$/.test(text)) {
    throw new Error(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`)
  }
  const [registry, rest] = splitRegistry(text)
  const name = rest.split(':', 1)[0]!
  if (name !== name.toLowerCase()) {
    throw new Error(`invalid reference format: repository name (${name}) must be lowercase`)
  }
  const match = whole.exec(`${registry}/${rest}`)
  if (!match) throw new Error('invalid reference format')
  const [, , repository = '', tag, digest] = match
  if (repository.length > 255) throw new Error('repository name must not be more than 255 characters')
  if (digest !== undefined && !isDigest(digest)) throw new Error('invalid reference format')
  return { registry, repository, tag: tag ?? (digest ? undefined : 'latest'), digest }
}

/** The first part is a host only if it cannot be a user's name: with a dot, a port, a capital, or `localhost`. */
function splitRegistry(text: string): [registry: string, rest: string] {
  const slash = text.indexOf('/')
  const first = text.slice(0, Math.max(slash, 0))
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()
  const registry = !isHost || first === 'index.docker.io' ? 'docker.io' : first
  const rest = isHost ? text.slice(slash + 1) : text
  return [registry, registry === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest]
}

/** The full name under which the store keeps it: `docker.io/library/alpine:latest`, `…/alpine@sha256:…`. */
export function canonical({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${digest ? `@${digest}` : `:${tag}`}`
}

/** The short name without tag, as people know it: `alpine`, `user/app`, `localhost:5000/x`. */
export function familiarName({ registry, repository }: Reference): string {
  if (registry !== 'docker.io') return `${registry}/${repository}`
  const official = /^library\/([^/]+)$/.exec(repository)
  return official?.[1] ?? repository
}

/** A name as an error shows it: with the tag that it means; what is no name stays as it is. */
export function withTag(text: string): string {
  try {
    return familiar(parseReference(text))
  } catch {
    return text
  }
}

/** The short name with its tag or digest: `alpine:latest`. */
export function familiar(reference: Reference): string {
  const { tag, digest } = reference
  return `${familiarName(reference)}${digest ? `@${digest}` : `:${tag}`}`
}
