// Exercise 05-3: two states of a tree, and the layer between them.

/** Paths, and what is there: the content of a file, or 'directory'. Each directory above a path is listed, too. */
export type Tree = Readonly<Record<string, { readonly content: string } | 'directory'>>

/**
 * The entries of the layer which, laid over `before`, shows `after`.
 * @returns names as in an archive, sorted: `['srv/.wh.sign', 'srv/fruit/kiwi']`
 */
export function differenceOf(before: Tree, after: Tree): string[] {
  // TODO: what is new or changed, and a whiteout for what is gone.
  throw new Error('TODO: differenceOf does not compare anything yet')
}
