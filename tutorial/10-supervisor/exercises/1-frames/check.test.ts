import { expect, it } from 'vitest'
import { encode } from '../../../../src/supervisor/frame.ts'
import { decoder } from './exercise.ts'

/** What is found when these pieces come, one after the other. */
function found(...pieces: readonly Buffer[]): string[] {
  const frames: string[] = []
  const take = decoder(({ kind, content }) => frames.push(`${kind} ${content.toString()}`))
  for (const piece of pieces) take(piece)
  return frames
}

const hello = encode('1', 'hello')
const oops = encode('2', 'oops')

it('a frame that comes in one piece is found', () => {
  expect(found(hello), 'one frame, in one piece').toEqual(['1 hello'])
})

it('two frames in one piece are two', () => {
  expect(found(Buffer.concat([hello, oops])), 'two frames, in one piece').toEqual(['1 hello', '2 oops'])
})

it('a frame may have no content', () => {
  expect(found(encode('e')), 'an empty frame, and nothing behind it').toEqual(['e '])
  expect(found(Buffer.concat([encode('e'), hello])), 'an empty frame, and another one').toEqual([
    'e ',
    '1 hello',
  ])
})

it('a piece may end anywhere', () => {
  const all = Buffer.concat([hello, oops])
  for (let cut = 0; cut <= all.length; cut++)
    expect(
      found(all.subarray(0, cut), all.subarray(cut)),
      `two frames, cut behind byte ${cut} of ${all.length}`,
    ).toEqual(['1 hello', '2 oops'])
})

it('they may come byte by byte', () => {
  const bytes = [...Buffer.concat([hello, oops])].map((byte) => Buffer.from([byte]))
  expect(found(...bytes), 'two frames, each byte alone').toEqual(['1 hello', '2 oops'])
})

it('a frame is found as soon as it is complete, and not before', () => {
  expect(found(hello.subarray(0, -1)), 'all but the last byte').toEqual([])
  expect(found(Buffer.concat([hello, oops.subarray(0, 3)])), 'one frame, and a part of another').toEqual([
    '1 hello',
  ])
})

it('the length has four bytes, the highest first', () => {
  const long = 'x'.repeat(70_000)
  expect(
    found(encode('1', long)).map((text) => text.length),
    'the length of one frame of 70,000 bytes, with its letter and a space',
  ).toEqual([70_002])
})

it('content is bytes, and may look like a frame', () => {
  expect(found(encode('i', Buffer.concat([oops, oops]))).length, 'a frame that holds two others').toBe(1)
})

it('the memory of a piece is used again', () => {
  const memory = Buffer.alloc(64)
  const frames: Buffer[] = []
  const take = decoder(({ content }) => frames.push(content))
  for (const text of ['hello', 'there']) {
    const bytes = encode('1', text)
    for (const part of [bytes.subarray(0, 7), bytes.subarray(7)]) {
      memory.fill(0)
      part.copy(memory)
      take(memory.subarray(0, part.length))
    }
  }
  expect(frames.map(String), 'two frames in two pieces each, which all come in the same memory').toEqual([
    'hello',
    'there',
  ])
})
