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
  // TODO: this believes everything. Count and hash each chunk, and judge: before it is handed on, and after the last.
  yield* source
}
