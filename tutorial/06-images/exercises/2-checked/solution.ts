// Exercise 06-2: bytes that are counted and hashed on their way.

import { createHash } from 'node:crypto'

/** What the manifest says of a blob. */
export interface Descriptor {
  /** `sha256:` and 64 digits */
  readonly digest: string
  /** in bytes */
  readonly size: number
}

/**
 * The same bytes, after which it is certain that they were the right ones.
 * @throws Error if they are too many, too few, or others
 */
export async function* checked(
  source: AsyncIterable<Uint8Array>,
  { digest, size }: Descriptor,
): AsyncGenerator<Uint8Array> {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new Error(`${digest} is no digest that can be computed here`)
  const hash = createHash('sha256')
  let count = 0
  for await (const chunk of source) {
    count += chunk.length
    if (count > size) throw new Error(`more than the ${size} bytes came that ${digest} should have`)
    hash.update(chunk)
    yield chunk
  }
  if (count < size) throw new Error(`only ${count} of ${size} bytes came`)
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest) throw new Error(`what came is ${found}, and not ${digest}`)
}
