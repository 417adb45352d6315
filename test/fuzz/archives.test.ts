// Archives from strangers, made at random and spoiled at random: what the reader tells does not depend on the pieces in
// which they come, and what is unpacked stays in its place.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { untar } from '../../src/image/untar.ts'
import { decodePax } from '../../src/overlay/tar-header.ts'
import { layers } from './layers.ts'
import { checkRefusal, orRefused, patience, runs, spoiled } from './runs.ts'

vi.setConfig({ testTimeout: patience })

/** All that a listener was told, in words, and how it ended. */
function told(bytes: Buffer, pieces: readonly number[]): string[] {
  const words: string[] = []
  const reader = untar({
    entry: ({ type, name, size, mode, uid, linkName }) =>
      words.push(JSON.stringify([type, name, size, mode, uid, linkName])),
    data: (chunk, at, length) => {
      // pieces of one content count together
      const last = words.at(-1) ?? ''
      const content = chunk.toString('latin1', at, at + length)
      if (last.startsWith('data ')) words[words.length - 1] = last + content
      else words.push(`data ${content}`)
    },
    end: () => words.push('end'),
  })
  try {
    let at = 0
    for (const size of [...pieces, bytes.length]) {
      reader.push(Buffer.from(bytes.subarray(at, at + size)))
      at += size
    }
    reader.end()
  } catch (error) {
    checkRefusal(error)
    words.push((error as Error).message)
  }
  return words
}

describe('an archive', () => {
  it('reads the same, whatever the pieces in which it comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(layers, spoiled(layers)),
        fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 20 }),
        (bytes, pieces) => {
          expect(told(bytes, pieces)).toEqual(told(bytes, []))
        },
      ),
      runs(),
    )
  })

  it('of any bytes ends in a sentence', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 512, maxLength: 2048 }), (bytes) => {
        const words = told(Buffer.from(bytes), [])
        expect(words.at(-1)).toMatch(/damaged|cut off/)
      }),
      runs(),
    )
  })

  it('a PAX header is read whole, or refused', () => {
    const record = fc.tuple(fc.string(), fc.string()).map(([key, value]) => ` ${key}=${value}\n`)
    const right = record.map((text) => {
      const length = Buffer.byteLength(text, 'latin1')
      const digits = String(length + String(length + String(length).length).length)
      return digits + text
    })
    fc.assert(
      fc.property(
        spoiled(fc.array(right, { maxLength: 5 }).map((all) => Buffer.from(all.join(''), 'latin1'))),
        (bytes) => {
          orRefused(() => decodePax(bytes))
        },
      ),
      runs(4),
    )
  })
})

const isRoot = process.platform === 'linux' && process.geteuid?.() === 0

describe.skipIf(!isRoot)('what is unpacked (needs root)', () => {
  // in a process of its own: the thread that unpacks changes its root, and what it would break is looked at from outside
  const program = fileURLToPath(new URL('unpack-many.ts', import.meta.url))
  for (const way of ['layer', 'copy'])
    it(`as a ${way} stays in its place`, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [
        program,
        way,
        String(runs(0.1).numRuns),
      ])
      expect(JSON.parse(stdout)).toMatchObject({ failure: null })
    })
})
