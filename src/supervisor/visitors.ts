// Those who are connected with a supervisor: what they ask, and what they are told. What the container writes goes to all
// of them; while one of them is slow, all wait, and so does the container: nothing is lost and nothing piles up.

import type { Socket } from 'node:net'
import { decoder, encode, type Frame } from './frame.ts'

export interface Visitors {
  readonly welcome: (visitor: Socket) => void
  readonly tell: (kind: Frame['kind'], content?: Uint8Array | string) => void
  readonly count: () => number
  /** Resolves when every one of them has taken what it was told. */
  readonly keepUp: () => Promise<void> | undefined
  /** Say the last word, and close. */
  readonly farewell: (kind: Frame['kind'], content: string) => Promise<void>
}

export function visitors(asked: (frame: Frame, visitor: Socket) => void): Visitors {
  const present = new Set<Socket>()
  const slow = new Map<Socket, Promise<void>>()

  const send = (visitor: Socket, frame: Buffer) => {
    if (visitor.write(frame) || slow.has(visitor)) return
    slow.set(
      visitor,
      new Promise((resolve) => {
        const taken = () => {
          slow.delete(visitor)
          resolve()
        }
        visitor.once('drain', taken).once('close', taken)
      }),
    )
  }

  return {
    welcome: (visitor) => {
      present.add(visitor)
      visitor.on(
        'data',
        decoder((frame) => asked(frame, visitor)),
      )
      visitor.on('error', () => visitor.destroy())
      visitor.once('close', () => present.delete(visitor))
    },
    tell: (kind, content) => {
      if (present.size === 0) return
      const frame = encode(kind, content)
      for (const visitor of present) send(visitor, frame)
    },
    count: () => present.size,
    keepUp: () => (slow.size === 0 ? undefined : Promise.all(slow.values()).then(() => {})),
    farewell: async (kind, content) => {
      const frame = encode(kind, content)
      const gone = [...present].map(
        (visitor) =>
          new Promise<void>((resolve) => {
            visitor.once('close', resolve)
            visitor.end(frame)
            visitor.resume()
          }),
      )
      await Promise.all(gone)
    },
  }
}
