// That every link leads somewhere: to a file of the project, to a heading of a page. What lies on other hosts is not
// fetched, for the checks work without a network; only that nobody is sent there unprotected is looked at.

import { existsSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { type Link, type Page, readPage } from '../page.ts'
import type { Fault } from './fault.ts'

/** Remembers the pages that links lead to. */
export function linkChecker(root: string): (page: Page) => Fault[] {
  const pages = new Map<string, Page | undefined>()
  const pageAt = (path: string) => {
    if (!pages.has(path)) pages.set(path, readPage(root, path))
    return pages.get(path)
  }
  return (page) => {
    pages.set(page.path, page)
    return page.links.flatMap((link) => {
      const text = faultOf(root, page, link, pageAt)
      return text === undefined ? [] : [{ path: page.path, line: link.line, text }]
    })
  }
}

function faultOf(
  root: string,
  page: Page,
  { href }: Link,
  pageAt: (path: string) => Page | undefined,
): string | undefined {
  if (/^[a-z][a-z\d+.-]*:/i.test(href) || href.startsWith('//')) return elsewhere(href)
  const [, file = '', anchor] = /^([^#]*)(?:#(.*))?$/.exec(href) ?? []
  if (file.startsWith('/')) return `the link to ${href} is absolute: write it from this page's folder.`
  const path = file === '' ? page.path : normalize(join(dirname(page.path), decoded(file)))
  if (path.startsWith('..')) return `the link to ${href} leads out of the project.`
  if (!existsSync(join(root, path))) return `the link to ${href} leads nowhere: there is no ${path}.`
  if (anchor === undefined) return undefined
  if (!path.endsWith('.md') || statSync(join(root, path)).isDirectory())
    return `the link to ${href} names a place in what is no page of prose: leave out #${anchor}.`
  const target = pageAt(path)!
  const known = [...target.headings.map((heading) => heading.anchor), ...target.marks]
  return known.includes(decoded(anchor)) ? undefined : `${path} has no heading #${anchor}.`
}

function elsewhere(href: string): string | undefined {
  if (href.startsWith('https://')) return undefined
  if (/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/.test(href)) return undefined
  return `the link to ${href} has to begin with https://.`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
