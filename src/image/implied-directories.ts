// Directories that a layer holds only because something else lies below them, without a word of the archive about them.
// In the tree of all layers it is the uppermost directory that gives owner, mode and times; so an implied one has to
// take those of the directory below, or it would hide them. umoci writes such layers: a whiteout alone, without the
// directories above it.
//
// A layer does not know what it will lie on, so this happens when all layers of an image are in place.

import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { openBeneath, placeOf } from '../overlay/lookup.ts'
import { call } from '../syscall/call.ts'
import { O_DIRECTORY, O_RDONLY } from '../syscall/constants.ts'
import { utimensat } from '../syscall/file.ts'
import { onDisk } from './layer-path.ts'

/** What stands in the file beside a layer's directory. */
export interface LayerFacts {
  readonly diffId: string
  /** the bytes in all its files */
  readonly size: number
  /** Directories that still have to take over what they look like. Each character is a byte. */
  readonly implied?: readonly string[]
}

/**
 * Let the implied directories of an image's layers look as those below them. What is done once is not done again.
 * @param layers names of directories below `layersDir`, the uppermost first
 */
export function settleImpliedDirectories(layersDir: string, layers: readonly string[]): void {
  for (let i = layers.length - 1; i >= 0; i--) {
    const facts = readFacts(layersDir, layers[i]!)
    if (!facts?.implied?.length) continue
    const below = layers.slice(i + 1).map((name) => `${layersDir}/${name}`)
    for (const path of facts.implied) takeOver(`${layersDir}/${layers[i]}`, below, path)
    if (below.length > 0) writeFacts(layersDir, layers[i]!, { ...facts, implied: [] })
  }
}

/** Write the file beside the layer's directory, whole or not at all. */
export function writeFacts(layersDir: string, name: string, facts: LayerFacts): void {
  const draft = `${layersDir}/.${name}.${process.pid}.json`
  writeFileSync(draft, JSON.stringify(facts))
  renameSync(draft, `${layersDir}/${name}.json`)
}

function readFacts(layersDir: string, name: string): LayerFacts | undefined {
  try {
    return JSON.parse(readFileSync(`${layersDir}/${name}.json`, 'utf8'))
  } catch {
    return undefined
  }
}

/** Give the directory `path` of `layer` the owner, the mode and the times that it has in the layers below. */
function takeOver(layer: string, below: readonly string[], path: string): void {
  const name = onDisk(path)
  // what is no UTF-8 cannot be looked for by a string
  if (typeof name !== 'string') return
  const place = placeOf(below, name)
  if (!place?.isDirectory) return
  using held = new DisposableStack()
  const open = (root: string, at: string) => {
    const fd = openBeneath(root, at, O_RDONLY | O_DIRECTORY)
    held.defer(() => closeSync(fd))
    return fd
  }
  const model = fstatSync(open(place.layer, place.path), { bigint: true })
  const own = open(layer, name.slice(1))
  fchownSync(own, Number(model.uid), Number(model.gid))
  fchmodSync(own, Number(model.mode) & 0o7777)
  const seconds = model.mtimeNs / 1_000_000_000n
  call(utimensat(own, 0, Number(seconds), Number(model.mtimeNs - seconds * 1_000_000_000n)))
}
