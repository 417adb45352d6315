// A directory of the image as the overlay file system would show it, entry by entry, but without a mount. Reads only.

import { lstatSync, readdirSync } from 'node:fs'
import { placeOf } from './lookup.ts'
import { isOpaque, isWhiteout } from './whiteout.ts'

export interface MergedEntry {
  /** Below the directory that was asked for; '' is that directory itself. */
  readonly relative: string
  /** Where its uppermost lies, absolute. */
  readonly source: string
}

/**
 * All that the image has in the directory `path`, each directory before what is in it. Nothing if there is no such directory.
 * @param layerDirs absolute, the uppermost first
 */
export function* mergedEntries(
  layerDirs: readonly string[],
  path: string,
): Generator<MergedEntry, void, undefined> {
  const place = placeOf(layerDirs, path)
  if (!place?.isDirectory) return
  const parts = layersOf(layerDirs, path)
  yield { relative: '', source: parts[0]! }
  yield* below(parts, '')
}

function* below(parts: readonly string[], prefix: string): Generator<MergedEntry, void, undefined> {
  const names = new Set(parts.flatMap((part) => readdirSync(part)))
  for (const name of [...names].sort()) {
    const found = merge(parts, name)
    if (found.length === 0) continue
    const relative = prefix + name
    yield { relative, source: found[0]! }
    if (isDirectory(found[0]!)) yield* below(found, `${relative}/`)
  }
}

/** The parts that a directory of the image has in its layers. */
function layersOf(layerDirs: readonly string[], path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .reduce<readonly string[]>((parts, name) => merge(parts, name), layerDirs)
    .slice()
}

/** One name in the parts of a directory: the uppermost, and, if that is a directory, those below which it shows through. */
function merge(parts: readonly string[], name: string): string[] {
  const found: string[] = []
  for (const part of parts) {
    const path = `${part}/${name}`
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) continue
    if (!stats.isDirectory()) {
      // a directory above hides a file below, and a whiteout hides everything
      if (found.length === 0 && !isWhiteout(stats)) found.push(path)
      break
    }
    found.push(path)
    if (isOpaque(path)) break
  }
  return found
}

function isDirectory(path: string): boolean {
  return lstatSync(path).isDirectory()
}
