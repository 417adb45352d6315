// Exercise 05-3: two states of a tree, and the layer between them.

/** Paths, and what is there: the content of a file, or 'directory'. Each directory above a path is listed, too. */
export type Tree = Readonly<Record<string, { readonly content: string } | 'directory'>>

/**
 * The entries of the layer which, laid over `before`, shows `after`.
 * @returns names as in an archive, sorted: `['srv/.wh.sign', 'srv/fruit/kiwi']`
 */
export function differenceOf(before: Tree, after: Tree): string[] {
  const changed = Object.keys(after).filter((path) => !same(before[path], after[path]))
  const gone = Object.keys(before).filter((path) => !(path in after) && !hidden(path, after))
  return [...changed, ...gone.map(whiteout)].sort()
}

function same(a: Tree[string] | undefined, b: Tree[string] | undefined): boolean {
  if (a === undefined || b === undefined || a === 'directory' || b === 'directory') return a === b
  return a.content === b.content
}

/** Is the directory above gone, or a file by now? Then what was in it needs no whiteout of its own. */
function hidden(path: string, after: Tree): boolean {
  const slash = path.lastIndexOf('/')
  return slash > 0 && after[path.slice(0, slash)] !== 'directory'
}

function whiteout(path: string): string {
  const slash = path.lastIndexOf('/') + 1
  return `${path.slice(0, slash)}.wh.${path.slice(slash)}`
}
