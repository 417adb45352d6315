// Exercise 05-2: what does a name in a layer's archive mean?

export type Meaning =
  /** A file, a directory, a link: something to unpack. */
  | { readonly kind: 'entry' }
  /** What the layers below have at `path` is gone. */
  | { readonly kind: 'gone'; readonly path: string }
  /** All that the layers below have in the directory `path` is gone; '' is the root. */
  | { readonly kind: 'all gone'; readonly path: string }
  | { readonly kind: 'ignore' }

/**
 * @param name as it stands in the archive, without `/` in front: `srv/.wh.sign`
 * @throws Error if it would delete a directory from within
 */
export function meaningOf(name: string): Meaning {
  const slash = name.lastIndexOf('/')
  const base = name.slice(slash + 1)
  if (!base.startsWith('.wh.')) return { kind: 'entry' }
  if (base === '.wh..wh..opq') return { kind: 'all gone', path: name.slice(0, Math.max(slash, 0)) }
  if (base.startsWith('.wh..wh.')) return { kind: 'ignore' }
  const target = base.slice('.wh.'.length)
  if (['', '.', '..'].includes(target)) throw new Error(`"${name}" would delete a directory from within`)
  return { kind: 'gone', path: name.slice(0, slash + 1) + target }
}
