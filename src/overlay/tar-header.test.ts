import { describe, expect, it } from 'vitest'
import { encodeHeader } from './tar-encode.ts'
import { blockSize, decodeHeader, decodePax, type Entry } from './tar-header.ts'

const plain: Entry = {
  type: 'file',
  name: 'etc/passwd',
  mode: 0o640,
  uid: 1,
  gid: 2,
  size: 3,
  seconds: 1_000_000_000,
  nanoseconds: 0,
  linkName: '',
  major: 0,
  minor: 0,
  xattrs: new Map(),
}

/** The PAX lines, and the header after them. */
function read(entry: Entry) {
  const bytes = encodeHeader(entry)
  const first = decodeHeader(bytes, 0)!
  if (first.flag !== 'x') return { pax: new Map<string, string>(), header: first }
  const pax = decodePax(bytes.subarray(blockSize, blockSize + first.size))
  return { pax, header: decodeHeader(bytes, bytes.length - blockSize)! }
}

describe('an entry of an archive', () => {
  it('is one block when it fits, and reads back as it was written', () => {
    expect(encodeHeader(plain)).toHaveLength(blockSize)
    expect(read(plain).header).toMatchObject({
      flag: '0',
      name: 'etc/passwd',
      mode: 0o640,
      uid: 1,
      gid: 2,
      size: 3,
    })
  })

  it('says before it what does not fit', () => {
    const name = 'n'.repeat(101)
    const { pax } = read({
      ...plain,
      name,
      uid: 4e9,
      size: 2 ** 40,
      nanoseconds: 5,
      xattrs: new Map([['a', '\xff\n']]),
    })
    expect(Object.fromEntries(pax)).toEqual({
      path: name,
      uid: '4000000000',
      size: String(2 ** 40),
      mtime: '1000000000.000000005',
      'SCHILY.xattr.a': '\xff\n',
    })
  })

  it.each([
    [-1, 0, '-1'],
    [-2, 750_000_000, '-1.25'],
    [0, 500_000_000, '0.5'],
    [-1, 999_999_999, '-0.000000001'],
  ])('%i s and %i ns are %s', (seconds, nanoseconds, text) => {
    expect(read({ ...plain, seconds, nanoseconds }).pax.get('mtime')).toBe(text)
  })

  it.each([98, 99, 100, 101, 995, 996, 997, 998])(
    'a line whose length counts itself: a name of %i bytes',
    (n) => {
      const name = `é${'n'.repeat(n)}`
      expect(read({ ...plain, name }).pax.get('path')).toBe(name)
    },
  )
})

describe('a header from elsewhere', () => {
  const patched = (at: number, bytes: Buffer) => {
    const block = encodeHeader(plain)
    bytes.copy(block, at)
    block.write('        ', 148)
    const sum = block.reduce((a, b) => a + b, 0)
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return decodeHeader(block, 0)
  }

  it('may have numbers in binary, as GNU tar writes large ones', () => {
    expect(patched(108, Buffer.from('80000000ee6b2800', 'hex'))).toMatchObject({ uid: 4e9 })
    expect(patched(136, Buffer.from('ffffffffffffffffffffffff', 'hex'))).toMatchObject({ seconds: -1 })
  })

  it('may have spaces around its numbers', () => {
    expect(patched(108, Buffer.from('   17 \0 '))).toMatchObject({ uid: 15 })
  })

  it('must not have anything else there', () => {
    expect(() => patched(108, Buffer.from('12x45670'))).toThrow(/uid is no number/)
    expect(() => patched(124, Buffer.from('80ffffffffffffffffffffff', 'hex'))).toThrow(/size is out of range/)
  })

  it('of zeros ends the archive', () => {
    expect(decodeHeader(Buffer.alloc(blockSize), 0)).toBeUndefined()
  })
})

describe('PAX lines', () => {
  it.each(['', '5 a=b', '6 a=b\nx', '99 a=b\n', '0 a=b\n', '7 abcd\n', 'x a=b\n', '06 a=b\n'])(
    '%j',
    (text) => {
      if (text === '') expect(decodePax(Buffer.alloc(0)).size).toBe(0)
      else expect(() => decodePax(Buffer.from(text))).toThrow(/makes no sense/)
    },
  )
})
