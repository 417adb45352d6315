// A directory, as tree(1) would show it, for the chapter on images.

import { readdirSync } from 'node:fs'

/** The files below a directory, indented, to a certain depth. Layers that are unpacked stay closed. */
export function tree(parent: string, name: string, depth: number): string[] {
  const entries = depth > 0 ? readdirSync(`${parent}/${name}`, { withFileTypes: true }) : []
  const below = entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory()
        ? tree(`${parent}/${name}`, entry.name, entry.name.length === 24 ? 0 : depth - 1)
        : [entry.name],
    )
  return [`${name}/`, ...below.map((line) => `  ${line}`)]
}
