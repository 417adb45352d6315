// Unpack archives made at random, and look each time whether anything beside their place has changed. argv: `layer` (what
// pull does) or `copy` (what cp does, into a directory with hostile links in it), and how many. Prints JSON.

import { createHash } from 'node:crypto'
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { extraction } from '../../src/image/extract.ts'
import { unpackLayer } from '../../src/image/unpack.ts'
import { untar } from '../../src/image/untar.ts'
import { layers } from './layers.ts'
import { runs, spoiled } from './runs.ts'

const [way = 'layer', count = '100'] = process.argv.slice(2)
const place = mkdtempSync(join(tmpdir(), 'gocker-fuzz-'))
const outside = join(place, 'outside')
const inside = join(place, 'inside')
mkdirSync(outside)
writeFileSync(join(outside, 'canary'), 'alive\n', { mode: 0o640 })

/** All that is beside the place where things are unpacked. */
function beside(): string {
  const one = (path: string) => {
    const { mode, uid, gid, nlink, size, mtimeMs } = lstatSync(path)
    return [path, mode, uid, gid, nlink, size, mtimeMs]
  }
  const names = readdirSync(outside).sort()
  return JSON.stringify([
    readdirSync(place).sort(),
    one(outside),
    names.map((name) => [one(join(outside, name)), readFileSync(join(outside, name), 'utf8')]),
  ])
}

async function asLayer(bytes: Buffer): Promise<void> {
  const diffId = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const mediaType = 'application/vnd.oci.image.layer.v1.tar'
  await unpackLayer([bytes] as unknown as AsyncIterable<Uint8Array>, { mediaType, diffId, layersDir: inside })
}

function asCopy(bytes: Buffer): void {
  symlinkSync('../outside', join(inside, 'link'))
  symlinkSync(outside, join(inside, 'etc'))
  const root = openSync(inside, 'r')
  try {
    using tree = extraction(root, () => undefined)
    const reader = untar(tree)
    reader.push(bytes)
    reader.end()
    tree.finish()
  } finally {
    closeSync(root)
  }
}

async function attack(bytes: Buffer): Promise<void> {
  mkdirSync(inside)
  const before = beside()
  try {
    if (way === 'layer') await asLayer(bytes)
    else asCopy(bytes)
  } catch (error) {
    if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) throw error
    const left = readdirSync(inside)
    if (way === 'layer' && left.length > 0) throw new Error(`it was refused, and left ${left}`)
  } finally {
    const after = beside()
    rmSync(inside, { recursive: true, force: true })
    // biome-ignore lint/correctness/noUnsafeFinally: worse than any error of the unpacker
    if (after !== before) throw new Error(`outside has changed:\n${before}\n${after}`)
  }
}

try {
  const result = await fc.check(fc.asyncProperty(fc.oneof(layers, spoiled(layers)), attack), {
    ...runs(),
    numRuns: Number(count),
  })
  console.log(
    JSON.stringify({ runs: result.numRuns, failure: result.failed ? fc.defaultReportMessage(result) : null }),
  )
} finally {
  rmSync(place, { recursive: true, force: true })
}
