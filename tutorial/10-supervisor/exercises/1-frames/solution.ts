// Exercise 10-1: from a stream of bytes to the frames that were written into it.

export interface Frame {
  /** One letter. */
  readonly kind: string
  readonly content: Buffer
}

/** The letter and the length. */
const headLength = 5

/** @returns a function that takes the bytes as they come */
export function decoder(found: (frame: Frame) => void): (piece: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (piece) => {
    // concat copies, so the piece is free again
    rest = Buffer.concat([rest, piece])
    while (rest.length >= headLength) {
      const end = headLength + rest.readUInt32BE(1)
      if (rest.length < end) return
      found({ kind: rest.toString('latin1', 0, 1), content: rest.subarray(headLength, end) })
      rest = rest.subarray(end)
    }
  }
}
