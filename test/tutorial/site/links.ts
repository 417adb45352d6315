// The links of a folder of pages, looked up as a browser would: is the page there, and the place on it?

import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

export interface Link {
  readonly from: string
  readonly to: string
}

export function linksIn(folder: string): { readonly dead: readonly Link[]; readonly count: number } {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  )
  const html = new Map(pages.map((page) => [page, readFileSync(join(folder, page), 'utf8')]))
  const ids = new Map([...html].map(([page, text]) => [page, new Set(allOf(text, /\bid="([^"]+)"/g))]))
  const links = [...html].flatMap(([from, text]) =>
    allOf(text, /<a\b[^>]* href="([^"]+)"/g)
      .filter((to) => !/^[a-z]+:/.test(to))
      .map((to) => ({ from, to })),
  )
  const dead = links.filter(({ from, to }) => {
    const [path, anchor] = to.split('#') as [string, string?]
    const page = path === '' ? from : posix.join(posix.dirname(from), path)
    return !ids.has(page) || (anchor !== undefined && !ids.get(page)!.has(anchor))
  })
  return { dead, count: links.length }
}

/** Ids that stand twice on one page, of which a browser finds only the first. */
export function repeatedIds(folder: string): string[] {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  )
  return pages.flatMap((page) => {
    const ids = allOf(readFileSync(join(folder, page), 'utf8'), /\bid="([^"]+)"/g)
    return ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${page}#${id}`)
  })
}

const allOf = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found!)
