import { describe, expect, it } from 'vitest'
import { isDigest, layerName } from './layer-name.ts'
import { isWhiteout, markerOf, opaqueMarker, whiteoutName } from './whiteout.ts'

describe('a name in a layer', () => {
  it.each([
    ['passwd', { kind: 'file' }],
    ['x.wh.y', { kind: 'file' }],
    ['.wh.passwd', { kind: 'whiteout', name: 'passwd' }],
    ['.wh..hidden', { kind: 'whiteout', name: '.hidden' }],
    ['.wh..wh..opq', { kind: 'opaque' }],
    ['.wh..wh.plnk', { kind: 'leftover' }],
    ['.wh..wh.aufs', { kind: 'leftover' }],
  ])('%s', (name, meaning) => {
    expect(markerOf(name)).toEqual(meaning)
  })

  it.each(['.wh.', '.wh..', '.wh...'])('%s would delete a directory from within', (name) => {
    expect(() => markerOf(name)).toThrow(/delete a directory from within/)
  })

  it('is made as it is read', () => {
    expect(markerOf(whiteoutName('passwd'))).toEqual({ kind: 'whiteout', name: 'passwd' })
    expect(opaqueMarker('etc/')).toBe('etc/.wh..wh..opq')
  })
})

describe('the mark for "gone" on the disk', () => {
  it.each([
    [0o020000, 0, true],
    [0o020666, 0x103, false],
    [0o060000, 0, false],
    [0o120777, 0, false],
    [0o100644, 0, false],
  ])('mode %o, device %i: %s', (mode, rdev, gone) => {
    expect(isWhiteout({ mode, rdev })).toBe(gone)
  })
})

describe('the directory of a layer', () => {
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

  it('is named after its digest', () => {
    expect(layerName(digest)).toBe('0123456789abcdef01234567')
  })

  it.each([
    'sha256:../../etc',
    '',
    'sha512:00',
    digest.slice(0, -1),
    `${digest}0`,
    digest.toUpperCase(),
    `${digest}\n`,
  ])('%j is no digest', (text) => {
    expect(isDigest(text)).toBe(false)
    expect(() => layerName(text)).toThrow(/is no digest of a layer/)
  })
})
