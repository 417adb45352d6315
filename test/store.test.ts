// Images in the store: found, listed, renamed, removed.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { whileAdding } from '../src/image/layout.ts'
import { removeImage, sweepImages } from '../src/image/remove.ts'
import { openStore, type Store } from '../src/image/store.ts'
import { digestOf, type MadeImage, makeShelf, type Shelf } from './image/layouts.ts'

let root = ''
let store: Store
let shelf: Shelf
let one: MadeImage
let two: MadeImage

const alpine = 'docker.io/library/alpine:latest'
const other = 'localhost:5000/lib/other:1'
const layersHere = () => readdirSync(store.layersDir).filter((name) => !name.endsWith('.json'))

/** What unpacking leaves. */
function placeLayers({ diffIds }: MadeImage): void {
  for (const diffId of diffIds) {
    mkdirSync(join(store.layersDir, diffId.slice(7, 31)), { recursive: true })
    writeFileSync(join(store.layersDir, `${diffId.slice(7, 31)}.json`), JSON.stringify({ diffId, size: 10 }))
  }
}

beforeEach(async (ctx) => {
  if (process.platform !== 'linux') ctx.skip('locks are those of Linux')
  root = mkdtempSync(join(tmpdir(), 'gocker-store-'))
  store = openStore(root)
  shelf = makeShelf(root)
  one = await shelf.image([{ files: { base: '1' } }, { files: { top: '1' } }])
  two = await shelf.image([{ files: { base: '1' } }, { files: { top: '2' } }])
  placeLayers(one)
  placeLayers(two)
})
afterEach(() => {
  if (root) rmSync(root, { recursive: true, force: true })
})

describe('an image in the store', () => {
  it('is found by name, id, part of the id, and digest', () => {
    store.tag(alpine, one.manifest, digestOf(Buffer.from('index')))
    const id = one.config.digest
    const names = ['alpine', 'alpine:latest', alpine, id, id.slice(7), id.slice(7, 19), id.slice(0, 19)]
    const digests = [
      one.manifest.digest,
      `alpine@${one.manifest.digest}`,
      `alpine@${digestOf(Buffer.from('index'))}`,
    ]
    for (const name of [...names, ...digests]) expect(store.find(name)?.id, name).toBe(id)
    for (const name of ['alpine:1', 'other', 'f'.repeat(64)]) expect(store.find(name), name).toBeUndefined()
  })

  it('has its layers with the top one first, and their size', () => {
    const image = store.tag(alpine, one.manifest)
    expect(image.layers).toEqual([one.diffIds[1]!.slice(7, 31), one.diffIds[0]!.slice(7, 31)])
    expect(image.size).toBe(20)
  })

  it('is not usable while a layer is missing, and is still listed', () => {
    store.tag(alpine, one.manifest)
    rmSync(join(store.layersDir, one.diffIds[0]!.slice(7, 31)), { recursive: true })
    expect(store.find('alpine')).toBeUndefined()
    expect(store.look('alpine')?.id).toBe(one.config.digest)
    expect(store.list()).toHaveLength(1)
  })

  it('is not found by a part of several ids', async () => {
    const ids = new Map<string, string>()
    for (let i = 0; ; i++) {
      const { manifest, config } = await shelf.image([{ files: { i: `${i}` } }])
      store.tag(`docker.io/library/a:${i}`, manifest)
      const start = config.digest.slice(7, 8)
      if (ids.has(start)) {
        expect(() => store.look(start)).toThrow(/is ambiguous/)
        return
      }
      ids.set(start, config.digest)
    }
  })

  it('loses its name to a newer one, and stays without', () => {
    store.tag(alpine, one.manifest)
    store.tag(alpine, two.manifest)
    expect(store.list().map(({ id, reference }) => [id, reference])).toEqual([
      [two.config.digest, alpine],
      [one.config.digest, undefined],
    ])
    store.tag(alpine, one.manifest)
    expect(store.list().find(({ id }) => id === one.config.digest)?.reference).toBe(alpine)
  })

  it('is an empty list where there is no store, and nothing is made by asking', () => {
    const empty = openStore(join(root, 'none'))
    expect(empty.list()).toEqual([])
    expect(empty.find('alpine')).toBeUndefined()
    expect(existsSync(join(root, 'none'))).toBe(false)
  })
})

describe('removing an image', () => {
  beforeEach(() => {
    if (!root) return
    store.tag(alpine, one.manifest)
    store.tag(other, two.manifest)
  })

  it('takes its blobs and layers away, but not what another one needs', () => {
    expect(removeImage(store, 'alpine')).toEqual([
      'Untagged: alpine:latest',
      `Untagged: alpine@${one.manifest.digest}`,
      `Deleted: ${one.config.digest}`,
      `Deleted: ${one.diffIds[1]}`,
    ])
    expect(layersHere().sort()).toEqual(two.diffIds.map((d) => d.slice(7, 31)).sort())
    expect(store.find(other)?.id).toBe(two.config.digest)
    removeImage(store, other)
    expect(layersHere()).toEqual([])
    expect(readdirSync(join(store.imagesDir, 'blobs/sha256'))).toEqual([])
  })

  it('with several names takes away the one name only', () => {
    store.tag('docker.io/library/alpine:3', one.manifest)
    expect(removeImage(store, 'alpine:3')).toEqual(['Untagged: alpine:3'])
    expect(store.find('alpine')?.id).toBe(one.config.digest)
  })

  it('by id is refused while it has several names', () => {
    store.tag('docker.io/library/alpine:3', one.manifest)
    expect(() => removeImage(store, one.config.digest)).toThrow(/is referenced in multiple repositories/)
    removeImage(store, one.config.digest, { force: true })
    expect(store.look('alpine')).toBeUndefined()
  })

  it('leaves the layers that containers stand on', () => {
    const layersInUse = store.find('alpine')!.layers
    removeImage(store, 'alpine', { layersInUse })
    expect(layersHere()).toEqual(expect.arrayContaining([...layersInUse]))
    expect(sweepImages(store).removed).toEqual([`Deleted: ${one.diffIds[1]}`])
  })

  it('sweeps nothing while somebody pulls', () => {
    using _pull = whileAdding(store.imagesDir)
    expect(removeImage(store, 'alpine')).not.toContain(`Deleted: ${one.diffIds[1]}`)
    expect(layersHere()).toHaveLength(3)
  })

  it('that is not there says so', () => {
    expect(() => removeImage(store, 'nope')).toThrow('No such image: nope')
  })
})

describe('sweeping', () => {
  it('takes what has no name, and parts of broken downloads', () => {
    store.tag(alpine, one.manifest)
    store.tag(alpine, two.manifest)
    writeFileSync(join(store.imagesDir, 'partial', 'a'.repeat(64)), 'half')
    const { removed, bytes } = sweepImages(store)
    expect(removed).toEqual([`Deleted: ${one.config.digest}`, `Deleted: ${one.diffIds[1]}`])
    expect(bytes).toBeGreaterThan(10)
    expect(readdirSync(join(store.imagesDir, 'partial'))).toEqual([])
    expect(store.find('alpine')?.id).toBe(two.config.digest)
  })

  it('of all spares what containers use', () => {
    store.tag(alpine, one.manifest)
    store.tag(other, two.manifest)
    sweepImages(store, { all: true, imagesInUse: [two.config.digest] })
    expect(store.list().map(({ reference }) => reference)).toEqual([other])
  })
})
