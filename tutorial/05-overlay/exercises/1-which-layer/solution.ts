// Exercise 05-1: which layer does the kernel take a path from?

/** What can lie in a layer. */
export type Kind = 'file' | 'directory' | 'opaque directory' | 'whiteout'

/** What lies where: `{ srv: 'directory', 'srv/sign': 'file' }`. Each directory above a name is listed, too. */
export type Layer = Readonly<Record<string, Kind>>

/**
 * Look a path up in a pile of layers.
 * @param layers the uppermost first
 * @param path without `/` in front: `srv/fruit/pear`
 * @returns the number of the layer that it is found in, 0 for the uppermost; undefined if there is nothing to be seen
 */
export function layerOf(layers: readonly Layer[], path: string): number | undefined {
  for (const [i, layer] of layers.entries()) {
    const way = waysTo(path).map((directory) => layer[directory])
    if (way.includes('whiteout') || way.includes('file')) return undefined
    const kind = layer[path]
    if (kind === 'whiteout') return undefined
    if (kind !== undefined) return i
    if (way.includes('opaque directory')) return undefined
  }
  return undefined
}

/** The directories on the way to a path, from the top: `a/b/c` → `a`, `a/b`. */
export function waysTo(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'))
}
