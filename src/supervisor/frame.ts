// What a supervisor and its visitors say to each other: frames of one letter, a length (4 bytes, the highest first) and
// that many bytes. unix(7), SOCK_STREAM: a stream knows no messages of its own.

import type { WindowSize } from '../container/terminal.ts'

/** From a visitor: start, with StartRequest as JSON · input · end of the input · size of its window, as JSON. */
type Asked = 'S' | 'i' | 'e' | 'w'
/**
 * To a visitor: something that a person should know · started, with the process id · output · errors · the end, as
 * JSON · why it could not start, as JSON.
 */
type Told = 'n' | 's' | '1' | '2' | 'x' | '!'

export interface Frame {
  readonly kind: Asked | Told
  readonly content: Buffer
}

const headLength = 5

export interface StartRequest {
  readonly windowSize: WindowSize
  /** The container's input ends with this visitor's. */
  readonly endsInput: boolean
}

export interface StartFailure {
  readonly message: string
  readonly exitCode: number
}

export function encode(kind: Frame['kind'], content: Uint8Array | string = ''): Buffer {
  const body = typeof content === 'string' ? Buffer.from(content) : content
  const head = Buffer.alloc(headLength)
  head.write(kind, 'latin1')
  head.writeUInt32BE(body.length, 1)
  return Buffer.concat([head, body])
}

/** A function that takes the bytes as they come and calls `found` for each frame that is complete. */
export function decoder(found: (frame: Frame) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    while (rest.length >= headLength) {
      const end = headLength + rest.readUInt32BE(1)
      if (rest.length < end) return
      found({ kind: rest.toString('latin1', 0, 1) as Frame['kind'], content: rest.subarray(headLength, end) })
      rest = rest.subarray(end)
    }
  }
}
