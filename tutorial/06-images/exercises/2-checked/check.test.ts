import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { checked } from './exercise.ts'

const text = 'Good morning, Alice! This is the shop, and it is open.'
const bytes = Buffer.from(text)
const descriptor = {
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  size: bytes.length,
}

/** The bytes in chunks of this length, and how many of them have been taken by now. */
function registry(content: Buffer, length: number) {
  const state = { taken: 0, stopped: false }
  async function* source() {
    try {
      for (let at = 0; at < content.length; at += length) {
        state.taken++
        yield content.subarray(at, at + length)
      }
    } finally {
      state.stopped = true
    }
  }
  return { state, source: source() }
}

async function read(source: AsyncIterable<Uint8Array>, about = descriptor) {
  const chunks: Uint8Array[] = []
  let error: Error | undefined
  try {
    for await (const chunk of checked(source, about)) chunks.push(chunk)
  } catch (caught) {
    error = caught as Error
  }
  return { text: Buffer.concat(chunks).toString(), error, refused: error !== undefined }
}

it('the right bytes come out, whatever pieces they arrive in', async () => {
  for (const length of [1, 7, bytes.length, 1000]) {
    const { text: out, error } = await read(registry(bytes, length).source)
    if (error) throw error
    expect(out, `in pieces of ${length} bytes`).toBe(text)
  }
})

it('a blob may be empty', async () => {
  const nothing = { digest: `sha256:${createHash('sha256').digest('hex')}`, size: 0 }
  const { refused } = await read(registry(Buffer.alloc(0), 1).source, nothing)
  expect(refused, 'an empty blob of the right digest is refused').toBe(false)
})

it('each chunk is handed on before the next is asked for', async () => {
  const { state, source } = registry(bytes, 10)
  const stream = checked(source, descriptor)
  await stream.next()
  expect(state.taken, 'chunks asked for, when the reader has taken one').toBe(1)
  await stream.next()
  expect(state.taken, 'chunks asked for, when the reader has taken two').toBe(2)
})

it('other bytes of the same length are not brought to an end', async () => {
  const other = Buffer.from(text.replace('open', 'shut'))
  const { refused } = await read(registry(other, 10).source)
  expect(refused, 'the shop that is open has become one that is shut, and this is refused').toBe(true)
})

it('an answer that is cut off is not brought to an end', async () => {
  const { refused } = await read(registry(bytes.subarray(0, 30), 10).source)
  expect(refused, '30 bytes came instead of all, and this is refused').toBe(true)
})

it('the size counts, though the digest is right', async () => {
  const { refused } = await read(registry(bytes, 10).source, { ...descriptor, size: descriptor.size + 1 })
  expect(refused, 'the manifest says one byte more than came, and this is refused').toBe(true)
})

it('Mallory cannot fill the disk', async () => {
  const endless = registry(Buffer.concat([bytes, Buffer.alloc(1_000_000, '!')]), 10)
  const { text: out, refused } = await read(endless.source)
  expect(refused, 'a registry that sends too much is refused').toBe(true)
  expect(out.length, 'bytes that were handed on').toBeLessThanOrEqual(bytes.length)
  expect(endless.state.taken, 'chunks that were taken before it was stopped').toBeLessThan(10)
  expect(endless.state.stopped, 'the connection is let go of').toBe(true)
})

it('a digest that cannot be computed here proves nothing', async () => {
  const real = descriptor.digest
  for (const digest of [
    '',
    'sha256:',
    'md5:d41d8cd98f00b204e9800998ecf8427e',
    `sha512:${real.slice(7)}`,
    `${real}0`,
  ]) {
    const { state, source } = registry(bytes, 10)
    const { refused } = await read(source, { ...descriptor, digest })
    expect(refused, `"${digest}" is no digest, and is refused`).toBe(true)
    expect(state.taken, `"${digest}" can be refused before anything is asked for: chunks taken`).toBe(0)
  }
})
