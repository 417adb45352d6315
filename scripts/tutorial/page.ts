// One file of prose, taken apart: its headings, links and blocks of code, each with its line, and the number of its words.
// marked finds them; the lines are counted here, for marked does not say where a thing stands.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { marked, type Token, type Tokens } from 'marked'
import { slugger } from './slug.ts'

export interface Heading {
  readonly depth: number
  readonly text: string
  /** What a link to it says behind the `#`. */
  readonly anchor: string
  readonly line: number
}

export interface Link {
  readonly href: string
  /** What is shown for it; of an image what is said instead of it. */
  readonly text: string
  readonly isImage: boolean
  readonly line: number
}

export interface Code {
  /** What stands behind the ```; undefined if the block is only indented. */
  readonly info?: string
  readonly text: string
  /** Of the ```. */
  readonly line: number
}

export interface Page {
  /** From the project's folder. */
  readonly path: string
  readonly markdown: string
  readonly tokens: readonly Token[]
  readonly headings: readonly Heading[]
  readonly links: readonly Link[]
  readonly codes: readonly Code[]
  /** Anchors that are no headings: `<a id="…">`. */
  readonly marks: readonly string[]
}

/** undefined if there is no such file. */
export function readPage(root: string, path: string): Page | undefined {
  if (!existsSync(join(root, path))) return undefined
  return parsePage(path, readFileSync(join(root, path), 'utf8'))
}

export function parsePage(path: string, markdown: string): Page {
  const tokens = marked.lexer(markdown)
  const page = {
    path,
    markdown,
    tokens,
    headings: [] as Heading[],
    links: [] as Link[],
    codes: [] as Code[],
    marks: [] as string[],
  }
  const anchor = slugger()
  for (const { token, line } of walk(tokens)) {
    if (token.type === 'heading') {
      const text = plainText(token.tokens ?? [])
      page.headings.push({ depth: token.depth, text, anchor: anchor(text), line })
    } else if (token.type === 'link' || token.type === 'image') {
      page.links.push({ href: token.href, text: token.text, isImage: token.type === 'image', line })
    } else if (token.type === 'code') {
      const isFenced = token.codeBlockStyle !== 'indented'
      page.codes.push({ info: isFenced ? (token.lang ?? '').trim() : undefined, text: token.text, line })
    } else if (token.type === 'html') {
      for (const [, name, value = ''] of token.raw.matchAll(/\b(href|src|id|name)="([^"]*)"/g))
        if (name === 'href' || name === 'src')
          page.links.push({ href: value, text: '', isImage: name === 'src', line })
        else page.marks.push(value)
    }
  }
  return page
}

interface Placed {
  readonly token: Token
  readonly line: number
}

/** Every token in the order of the page, those within others too. */
export function* walk(tokens: readonly Token[], firstLine = 1): Generator<Placed> {
  let line = firstLine
  for (const token of tokens) {
    yield { token, line }
    if (token.type === 'table') yield* walkTable(token as Tokens.Table, line)
    else if (token.type === 'list') yield* walk(token.items, line)
    else if ('tokens' in token && token.tokens) yield* walk(token.tokens, line)
    line += token.raw.split('\n').length - 1
  }
}

function* walkTable({ header, rows }: Tokens.Table, line: number): Generator<Placed> {
  for (const cell of header) yield* walk(cell.tokens, line)
  // the line below the header has only dashes
  for (const [index, row] of rows.entries())
    for (const cell of row) yield* walk(cell.tokens, line + 2 + index)
}

/** What a reader sees of it, without emphasis and pictures. */
export function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === 'image' || token.type === 'html') return ''
      if (token.type === 'br') return ' '
      return 'tokens' in token && token.tokens ? plainText(token.tokens) : 'text' in token ? token.text : ''
    })
    .join('')
}

/** The words that have to be read: code and what programs print are not counted. */
export function countWords(page: Page): number {
  let count = 0
  for (const { token } of walk(page.tokens)) {
    const isLeaf = (token.type === 'text' && !token.tokens) || token.type === 'codespan'
    if (isLeaf) count += token.text.split(/\s+/).filter((word: string) => /[\p{L}\p{N}]/u.test(word)).length
  }
  return count
}
