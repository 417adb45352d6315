// Digests: what content is called. `sha256:` and 64 hexadecimal digits, and nothing else, for a digest that came
// from a registry becomes part of a path: `sha256:../../etc/passwd` must never get that far.
// Source: OCI image specification, descriptor.md, "Digests".

import { isDigest } from '../overlay/layer-name.ts'

/**
 * The 64 digits behind `sha256:`, safe as a file name.
 * @throws Error if it is no digest
 */
export function hexOf(digest: string): string {
  if (!isDigest(digest)) throw new Error(`${JSON.stringify(digest)} is no digest: sha256: and 64 hex digits.`)
  return digest.slice('sha256:'.length)
}

/** The twelve digits that people see: in `gocker images`, in the lines of a pull. */
export function shortOf(digest: string): string {
  return hexOf(digest).slice(0, 12)
}
