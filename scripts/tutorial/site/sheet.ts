// The page that is being made: what turns a path of the project into a link, and keeps account of where the links lead.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { resolveLink } from '../book.ts'
import type { Highlight } from './highlight.ts'
import { isPublic, relativeUrl, urlOf } from './routes.ts'

export interface Sheet {
  readonly root: string
  /** `05-overlay.html`, from the site's folder. */
  readonly url: string
  readonly highlight: Highlight
  /** The whole book on one page: nothing is folded, and there are no buttons. */
  readonly printed: boolean
  /** Pages that this one links to. */
  readonly wanted: Set<string>
  /** Sentences about links that lead nowhere. */
  readonly problems: string[]
}

export function newSheet(root: string, url: string, highlight: Highlight): Sheet {
  return { root, url, highlight, printed: url === 'print.html', wanted: new Set(), problems: [] }
}

/** The address that a link in the file at `path` gets on this page. undefined: it is dead. */
export function hrefOf(sheet: Sheet, path: string, href: string): string | undefined {
  if (/^[a-z]+:/.test(href)) return href
  if (href.startsWith('#')) return `#${anchorOf(sheet, path, href.slice(1))}`
  const [target, anchor] = resolveLink(path, href).split('#') as [string, string?]
  if (!isPublic(target) || !existsSync(join(sheet.root, target))) {
    sheet.problems.push(`${path} links to ${href}, and there is no such file`)
    return undefined
  }
  return linkTo(sheet, target, anchor)
}

/** The address of the page that shows a file, seen from this page. */
export function linkTo(sheet: Sheet, path: string, anchor?: string): string {
  const found = urlOf(sheet.root, path)
  const url = anchor === undefined ? found : `${found.split('#')[0]}#${anchor}`
  if (sheet.printed && !url.startsWith('source/')) return `#${url.replace('.html', '').replace('#', '.')}`
  sheet.wanted.add(url.split('#')[0]!)
  return relativeUrl(sheet.url, url)
}

/** The id of a heading of the file at `path`. In the printed book many files share a page, so their names come first. */
export function anchorOf(sheet: Sheet, path: string, id: string): string {
  return sheet.printed ? `${urlOf(sheet.root, path).replace(/\.html.*/, '')}.${id}` : id
}
