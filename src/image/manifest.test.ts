import { describe, expect, it } from 'vitest'
import { mediaTypes, parseConfig, parseDocument } from './manifest.ts'
import { choosePlatform, parsePlatform } from './platform.ts'

const digest = `sha256:${'a'.repeat(64)}`
const config = { mediaType: mediaTypes.config[0], digest, size: 2 }
const manifest = { schemaVersion: 2, config, layers: [] }
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))

describe('manifests', () => {
  it.each(mediaTypes.manifest)('%s is an image', (type) => {
    expect(parseDocument(bytes(manifest), type).kind).toBe('manifest')
  })

  it.each(mediaTypes.index)('%s leads to images', (type) => {
    expect(parseDocument(bytes({ schemaVersion: 2, manifests: [] }), `${type}; charset=utf-8`).kind).toBe(
      'index',
    )
  })

  it.each([
    ['two meanings at once', { ...manifest, manifests: [] }, /an index and an image at once/],
    ['another type than it came with', { ...manifest, mediaType: mediaTypes.index[0] }, /says of itself/],
    [
      'a digest that is a path',
      { ...manifest, config: { ...config, digest: 'sha256:../../x' } },
      /is no digest/,
    ],
    ['a negative size', { ...manifest, layers: [{ ...config, size: -1 }] }, /has the size -1/],
    ['no layers', { schemaVersion: 2, config }, /lists no layers/],
    [
      'a chart',
      { ...manifest, config: { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' } },
      /no container image/,
    ],
    ['an old version', { schemaVersion: 1 }, /schemaVersion 1/],
    ['no object', [], /no object/],
  ])('is refused with %s', (_, value, message) => {
    expect(() => parseDocument(bytes(value), mediaTypes.manifest[0])).toThrow(message)
  })

  it('of schema version 1 are refused by name', () => {
    const type = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
    expect(() => parseDocument(bytes(manifest), type)).toThrow(/schema version 1/)
  })

  it('that are HTML are refused', () => {
    expect(() => parseDocument(Buffer.from('<html>'), 'text/html')).toThrow(/not JSON/)
  })

  it('a config must list its layers by digest', () => {
    expect(() => parseConfig(bytes({ rootfs: { diff_ids: ['../x'] } }))).toThrow(/is no digest/)
    expect(() => parseConfig(bytes({}))).toThrow(/does not list its layers/)
  })
})

describe('platforms', () => {
  const offer = (...platforms: string[]) =>
    platforms.map((text, i) => {
      const [os = '', architecture = '', variant] = text.split('/')
      return { ...config, size: i, platform: { os, architecture, variant } }
    })
  const all = offer(
    'linux/amd64',
    'linux/arm/v5',
    'linux/arm/v6',
    'linux/arm/v7',
    'linux/arm64/v8',
    'unknown/unknown',
  )

  it.each([
    ['linux/amd64', 0],
    ['amd64', 0],
    ['x86_64', 0],
    ['linux/arm64', 4],
    ['linux/arm64/v8', 4],
    ['aarch64', 4],
    ['linux/arm/v7', 3],
    ['linux/arm', 3],
    ['linux/arm/v6', 2],
    ['armel', 2],
  ])('%s takes the right one', (wanted, index) => {
    expect(choosePlatform(all, parsePlatform(wanted)).size).toBe(index)
  })

  it('takes the best that the processor can run', () => {
    expect(choosePlatform(offer('linux/arm/v5', 'linux/arm/v6'), parsePlatform('linux/arm/v7')).size).toBe(1)
    expect(() => choosePlatform(offer('linux/arm/v7'), parsePlatform('linux/arm/v6'))).toThrow(
      /no matching manifest/,
    )
  })

  it('says what there is when nothing fits', () => {
    expect(() => choosePlatform(all, parsePlatform('s390x'))).toThrow(
      /no matching manifest for linux\/s390x.*\n.*linux\/amd64, linux\/arm\/v5.*linux\/arm64\/v8\.$/,
    )
  })

  it.each(['windows/amd64', 'linux/../x', 'a/b/c/d', ''])('"%s" is refused', (text) => {
    expect(() => parsePlatform(text)).toThrow()
  })
})
