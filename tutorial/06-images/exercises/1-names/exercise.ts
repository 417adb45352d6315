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

/**
 * @param name as on the command line: `alpine`, `localhost:5000/alice/shop:v1`
 * @throws Error if it cannot be the name of an image
 */
export function partsOf(name: string): Parts {
  // TODO: first the digest, then the registry, then the tag; what is left is the repository.
  throw new Error('TODO: partsOf does not take names apart yet')
}
