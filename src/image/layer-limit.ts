// An end to layers that are small on their way and endless on the disk: decompression bombs, and archives of nothing but
// names. What a layer may become is measured by what came of it: deflate makes at most 1,032 bytes of one, and
// programs, texts and libraries make three to ten.

/** So much is always allowed: an image of a few zeros is no attack. */
const allowance = 2 ** 30
const mostPerByte = 200
/** What an entry takes without its content: an inode, and a place in its directory. */
const perEntry = 4096

export interface LayerLimit {
  /** So many bytes more came, as they were sent. */
  readonly came: (bytes: number) => void
  /** An entry is to be made. @throws Error if the layer becomes too large for what came of it */
  readonly entry: () => void
  /** So many bytes of a file are to be written. @throws Error like `entry` */
  readonly content: (bytes: number) => void
}

/** @param allowed how large a layer may become in any case, in bytes: what GOCKER_LAYER_LIMIT says */
export function layerLimit(allowed: string | undefined): LayerLimit {
  const fixed = allowed ? Number(allowed) : undefined
  if (fixed !== undefined && !(fixed > 0))
    throw new Error(`GOCKER_LAYER_LIMIT is ${JSON.stringify(allowed)}: it must be a number of bytes.`)
  let received = 0
  let used = 0
  const use = (bytes: number) => {
    used += bytes
    const most = fixed ?? Math.max(allowance, mostPerByte * received)
    if (used <= most) return
    const became = `becomes more than ${most} bytes on the disk`
    throw new Error(
      fixed
        ? `it ${became}, which is what GOCKER_LAYER_LIMIT allows`
        : `it ${became}, from ${received}: that is how a decompression bomb looks.\n` +
            'If the image is to be trusted, set GOCKER_LAYER_LIMIT to the bytes that a layer of it may need.',
    )
  }
  return {
    came: (bytes) => {
      received += bytes
    },
    entry: () => use(perEntry),
    content: use,
  }
}
