// Archives made at random, of names and links that have led out of some engine before.

import fc from 'fast-check'
import { encodeHeader } from './header.ts'

const part = fc.constantFrom(
  'a',
  'b',
  'etc',
  'link',
  '..',
  '.',
  '',
  'outside',
  'canary',
  '.wh.a',
  '.wh..wh..opq',
  '\xff',
  'x'.repeat(260),
)
const path = fc
  .tuple(
    fc.constantFrom('', '', '', '/', './'),
    fc.array(part, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '/'),
  )
  .map(([start, parts, end]) => start + parts.join('/') + end)
const target = fc.oneof(
  path,
  fc.constantFrom(
    '/',
    '..',
    '../../outside',
    '../outside/canary',
    '/proc/self/cwd',
    '/proc/self/root',
    '/proc/self/fd/3',
    'a/../../..',
  ),
)

const entry = fc.record({
  name: path,
  flag: fc.constantFrom('0', '0', '0', '1', '2', '2', '3', '4', '5', '5', '6', '7', '\0', 'S', 'Z', 'g'),
  linkName: target,
  mode: fc.constantFrom(0o644, 0o755, 0o4755, 0o2777, 0, 0o7777),
  uid: fc.constantFrom(0, 1000, 0xffffffff, 2 ** 21),
  major: fc.constantFrom(0, 1, 8),
  minor: fc.constantFrom(0, 3, 5),
  content: fc.oneof(
    fc.constant(Buffer.alloc(0)),
    fc.uint8Array({ maxLength: 700 }).map((bytes) => Buffer.from(bytes)),
  ),
  pax: fc.option(
    fc.dictionary(
      fc.constantFrom(
        'path',
        'linkpath',
        'size',
        'uid',
        'mtime',
        'SCHILY.xattr.user.a',
        'SCHILY.xattr.trusted.overlay.opaque',
        'SCHILY.xattr.trusted.overlay.redirect',
      ),
      fc.oneof(target, fc.constantFrom('y', '0', '1700000000.25', '-1', '99999999999999999999')),
      { maxKeys: 2 },
    ),
    { freq: 4 },
  ),
})

/** A whole archive. */
export const layers: fc.Arbitrary<Buffer> = fc
  .array(entry, { maxLength: 10 })
  .map((entries) => Buffer.concat([...entries.flatMap(encodeEntry), Buffer.alloc(1024)]))

function encodeEntry({
  pax,
  content,
  ...header
}: NonNullable<typeof entry extends fc.Arbitrary<infer T> ? T : never>): Buffer[] {
  const hasContent = ['0', '7', '\0'].includes(header.flag)
  const own = [
    encodeHeader({ ...header, size: hasContent ? content.length : 0 }),
    ...(hasContent ? [padded(content)] : []),
  ]
  if (!pax) return own
  const records = Buffer.from(Object.entries(pax).map(paxRecord).join(''), 'latin1')
  return [encodeHeader({ ...header, name: 'pax', flag: 'x', size: records.length }), padded(records), ...own]
}

/** The length counts its own digits. */
function paxRecord([key, value]: [string, string]): string {
  const rest = ` ${key}=${value}\n`
  let length = rest.length + 1
  while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length
  return `${length}${rest}`
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 511)])
}
