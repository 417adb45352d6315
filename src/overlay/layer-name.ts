// The directory in which an unpacked layer lies, named after what is in it: two images with the same layer find
// the same directory, and so share it.

/** The digests of the OCI image specification that this engine takes: nothing else ever becomes a part of a path. */
const sha256 = /^sha256:([0-9a-f]{64})$/

/** Is `text` a whole sha256 digest, as `sha256:` and 64 hex digits? OCI image spec, descriptor.md */
export function isDigest(text: string): boolean {
  return sha256.test(text)
}

/**
 * The name of the directory for the layer whose uncompressed tar archive has the digest `diffId`: its first 24 hex
 * digits. 96 bits keep layers apart, and short names let 128 of them fit into the one page of options that mount(2) takes.
 * @throws Error if `diffId` is no sha256 digest
 */
export function layerName(diffId: string): string {
  const digits = sha256.exec(diffId)?.[1]
  if (digits === undefined)
    throw new Error(`"${diffId}" is no digest of a layer: sha256: and 64 hex digits are`)
  return digits.slice(0, 24)
}
