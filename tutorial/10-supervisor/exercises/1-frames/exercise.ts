// Exercise 10-1: from a stream of bytes to the frames that were written into it.

export interface Frame {
  /** One letter. */
  readonly kind: string
  readonly content: Buffer
}

/** @returns a function that takes the bytes as they come */
export function decoder(found: (frame: Frame) => void): (piece: Buffer) => void {
  // TODO: keep what is left over from the pieces before, for it is the beginning of the next frame.
  return (piece) => {
    // TODO: as long as there is a whole frame, call found. How do you know that it is whole?
    throw new Error(`TODO: decoder has got ${piece.length} bytes and does nothing with them yet`)
  }
}
