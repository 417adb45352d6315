// How long the fuzzing tests try. `npm test` tries a few hundred cases of each kind; `FUZZ=50000 npx vitest run test/fuzz`
// goes on as long as one likes. A failure prints a seed and the smallest case: `FUZZ_SEED=… FUZZ_PATH=…` repeats it.

import fc from 'fast-check'

const { FUZZ, FUZZ_SEED, FUZZ_PATH } = process.env

/** @param share for what is slow: a tenth of the cases is 0.1 */
export function runs(share = 1): fc.Parameters<unknown> & { numRuns: number } {
  return {
    numRuns: Math.max(10, Math.round(Number(FUZZ ?? 500) * share)),
    ...(FUZZ_SEED && { seed: Number(FUZZ_SEED) }),
    ...(FUZZ_PATH && { path: FUZZ_PATH }),
  }
}

/** A test may take as long as it was asked to. */
export const patience = 60_000 + Number(FUZZ ?? 0) * 100

/**
 * Do something with the word of a stranger. To be refused is right, if someone thought of it: an Error of ours says what
 * is wrong; a TypeError or a RangeError says that nobody did.
 * @returns what came of it, undefined if it was refused
 */
export function orRefused<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    checkRefusal(error)
    return undefined
  }
}

export function checkRefusal(error: unknown): void {
  if (!(error instanceof Error)) throw new Error(`threw ${String(error)}, which is no Error`)
  const isThoughtOf = !(
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof SyntaxError
  )
  if (!isThoughtOf || error.name === 'AssertionError' || error.message === '') throw error
}

/** Bytes with some of them changed, taken out, doubled or cut off. */
export function spoiled(source: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const change = fc.record({
    kind: fc.constantFrom('set', 'cut', 'double', 'end', 'long' as const),
    at: fc.nat(),
    byte: fc.constantFrom(0, 1, 0x20, 0x2f, 0x30, 0x37, 0x7f, 0x80, 0xff),
    length: fc.integer({ min: 1, max: 700 }),
  })
  return fc.tuple(source, fc.array(change, { maxLength: 6 })).map(([bytes, changes]) =>
    changes.reduce((now, { kind, at, byte, length }) => {
      if (now.length === 0) return now
      const from = at % now.length
      if (kind === 'set') now.writeUInt8(byte, from)
      if (kind === 'long') now.subarray(from, from + (length % 16)).fill(byte)
      if (kind === 'end') return now.subarray(0, from)
      if (kind === 'cut') return Buffer.concat([now.subarray(0, from), now.subarray(from + length)])
      if (kind === 'double') return Buffer.concat([now.subarray(0, from + length), now.subarray(from)])
      return now
    }, Buffer.from(bytes)),
  )
}
