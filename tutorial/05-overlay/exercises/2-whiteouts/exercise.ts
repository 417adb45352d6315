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
  // TODO: split the name into its directory and its last part, and look at what the last part begins with.
  throw new Error('TODO: meaningOf does not know any whiteout yet')
}
