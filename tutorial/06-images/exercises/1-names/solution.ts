// Exercise 06-1: the name of an image, taken apart.

export interface Parts {
  /** `docker.io`, `localhost:5000` */
  readonly registry: string
  /** `library/alpine` */
  readonly repository: string
  /** undefined only where there is a digest instead */
  readonly tag?: string
  /** `sha256:` and 64 digits */
  readonly digest?: string
}

const part = '[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?'
const whole = new RegExp(`^(${part}(?:/${part})*)(?::(\\w[\\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?$`)

/**
 * @param name as on the command line: `alpine`, `localhost:5000/alice/shop:v1`
 * @throws Error if it cannot be the name of an image
 */
export function partsOf(name: string): Parts {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const isRegistry = /[.:]/.test(first) || first === 'localhost'
  const registry = isRegistry ? first : 'docker.io'
  const [, repository, tag, digest] = whole.exec(isRegistry ? name.slice(slash + 1) : name) ?? []
  if (repository === undefined || (isRegistry && !/^[a-z0-9](.*[a-z0-9])?$/i.test(registry)))
    throw new Error(`"${name}" is not the name of an image`)
  return {
    registry,
    repository: registry === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository,
    tag: tag ?? (digest ? undefined : 'latest'),
    digest,
  }
}
