import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { elfFile } from './elf.fixture.ts'
import { readElf } from './elf.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gocker-test-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

const read = (content: string | Buffer) => {
  const path = join(dir, 'file')
  writeFileSync(path, content)
  return readElf(path)
}

describe('an ELF file', () => {
  it('names its processor, loader, libraries and search places', () => {
    const elf = read(
      elfFile(183, '/lib/ld-linux-aarch64.so.1', [
        [1, 'libc.so.6'],
        [1, 'libm.so.6'],
        [29, '$ORIGIN/../lib:/opt/lib'],
      ]),
    )
    expect(elf).toEqual({
      machine: 183,
      interpreter: '/lib/ld-linux-aarch64.so.1',
      needed: ['libc.so.6', 'libm.so.6'],
      searched: ['$ORIGIN/../lib', '/opt/lib'],
    })
  })

  it('RUNPATH counts, and then the older RPATH does not', () => {
    const paths = (dynamic: [number, string][]) => read(elfFile(62, '/lib64/ld.so', dynamic))?.searched
    expect(paths([[15, '/old']])).toEqual(['/old'])
    expect(
      paths([
        [15, '/old'],
        [29, '/new'],
      ]),
    ).toEqual(['/new'])
  })

  it.each([
    ['a script', '#!/bin/sh\necho hallo\n'.padEnd(100)],
    ['an empty file', ''],
    ['a 32-bit program', Buffer.from('7f454c460101'.padEnd(200, '0'), 'hex')],
  ])('is not %s', (_, content) => {
    expect(read(content)).toBeUndefined()
  })

  it('may be cut off: then it says less, and nothing breaks', () => {
    const whole = elfFile(62, '/lib64/ld.so', [[1, 'libc.so.6']])
    for (const length of [63, 64, 100, 200, whole.length - 20])
      expect(() => read(whole.subarray(0, length))).not.toThrow()
  })
})
