import { describe, expect, it } from 'vitest'
import { decoder, encode, type Frame } from './frame.ts'

function decoded(pieces: readonly Buffer[]): [string, string][] {
  const found: Frame[] = []
  const take = decoder((frame) => found.push({ ...frame, content: Buffer.from(frame.content) }))
  for (const piece of pieces) take(piece)
  return found.map(({ kind, content }) => [kind, content.toString()])
}

describe('what a supervisor and its visitors say', () => {
  const said = Buffer.concat([encode('S', '{}'), encode('i', 'typed'), encode('e')])
  const meant = [
    ['S', '{}'],
    ['i', 'typed'],
    ['e', ''],
  ]

  it('is understood in one piece', () => expect(decoded([said])).toEqual(meant))

  it('is understood byte by byte', () =>
    expect(decoded([...said].map((byte) => Buffer.of(byte)))).toEqual(meant))

  it.each([1, 4, 6, 7, 11])('is understood when it is cut after %i bytes', (at) =>
    expect(decoded([said.subarray(0, at), said.subarray(at)])).toEqual(meant),
  )
})
