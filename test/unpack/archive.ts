// Archives for the tests: well-made ones by tar-stream, which shares no line with what reads them, and spoiled ones.

import { buffer } from 'node:stream/consumers'
import { type Header, pack } from 'tar-stream'

export type Item = Partial<Header> & { readonly name: string; readonly content?: string | Buffer }

export const file = (
  name: string,
  content: string | Buffer = 'hello\n',
  more: Partial<Header> = {},
): Item => ({
  name,
  content,
  mtime: new Date(1e12),
  ...more,
})
export const directory = (name: string, more: Partial<Header> = {}): Item => ({
  name,
  type: 'directory',
  mode: 0o755,
  mtime: new Date(1e12),
  ...more,
})
export const symlink = (name: string, linkname: string): Item => ({ name, type: 'symlink', linkname })
export const hardLink = (name: string, linkname: string): Item => ({ name, type: 'link', linkname })
export const device = (name: string, devmajor: number, devminor: number): Item => ({
  name,
  type: 'character-device',
  devmajor,
  devminor,
  mode: 0o666,
})
export const xattr = (name: string, key: string, value: string): Item =>
  directory(name, { pax: { [`SCHILY.xattr.${key}`]: value } })

/** A tar archive of the items, in their order. */
export async function archive(items: readonly Item[]): Promise<Buffer> {
  const stream = pack()
  for (const { content, ...headers } of items) {
    if (content === undefined) stream.entry(headers as Header)
    else stream.entry(headers as Header, Buffer.from(content))
  }
  stream.finalize()
  return buffer(stream)
}

/** The same archive, with the bytes at `at` replaced, and the checksum of the first header made right again. */
export function patched(bytes: Buffer, at: number, text: string): Buffer {
  const copy = Buffer.from(bytes)
  copy.write(text, at, 'latin1')
  copy.write('        ', 148, 'latin1')
  const sum = copy.subarray(0, 512).reduce((a, b) => a + b, 0)
  copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return copy
}
