// A file of prose in pieces: its Markdown, and the sections that its headings make, with the anchors that GitHub gives them.

import { lexer, type Token, type Tokens } from 'marked'
import { slugger } from '../slug.ts'

export interface Section {
  readonly id: string
  readonly title: string
  readonly depth: number
  /** What stands below its heading, up to the next heading of any depth. */
  readonly tokens: readonly Token[]
}

export interface Prose {
  /** From the project's folder: links are meant from there. */
  readonly path: string
  readonly tokens: readonly Token[]
  readonly sections: readonly Section[]
  readonly anchors: ReadonlyMap<Token, string>
}

/** The contents of every page, and every page of a source, ask for the sections of chapters: each is taken apart once. */
const known = new Map<string, { readonly markdown: string; readonly prose: Prose }>()

export function readProse(path: string, markdown: string): Prose {
  const found = known.get(path)
  if (found?.markdown === markdown) return found.prose
  const prose = parse(path, markdown)
  known.set(path, { markdown, prose })
  return prose
}

function parse(path: string, markdown: string): Prose {
  const tokens: Token[] = lexer(markdown)
  const slug = slugger()
  const anchors = new Map<Token, string>()
  const sections: (Section & { tokens: Token[] })[] = []
  for (const token of tokens) {
    if (isHeading(token)) {
      const title = plain(token.tokens)
      const id = slug(title)
      anchors.set(token, id)
      sections.push({ id, title, depth: token.depth, tokens: [] })
    } else sections.at(-1)?.tokens.push(token)
  }
  return { path, tokens, sections, anchors }
}

export const isHeading = (token: Token): token is Tokens.Heading => token.type === 'heading'

/** Everything but the first heading, which the page shows in its own way. */
export function withoutTitle({ tokens }: Prose): readonly Token[] {
  const title = tokens.findIndex((token) => isHeading(token) && token.depth === 1)
  return tokens.filter((_, at) => at !== title)
}

/** Words that stand in a line somewhere, as a paragraph of their own. */
export function paragraph(tokens: readonly Token[]): Tokens.Paragraph {
  return { type: 'paragraph', raw: '', text: '', tokens: [...tokens] }
}

/** What the reader sees of it, as text without marks. */
export function plain(tokens: readonly Token[]): string {
  return tokens.map(textOf).join('')
}

function textOf(token: Token): string {
  if (token.type === 'br') return ' '
  if (token.type === 'list')
    return (token as Tokens.List).items.map((item) => `${plain(item.tokens)}\n`).join('')
  if (token.type === 'table') {
    const { header, rows } = token as Tokens.Table
    return [header, ...rows].map((cells) => cells.map((cell) => plain(cell.tokens)).join(' ')).join('\n')
  }
  if (token.type === 'html' || token.type === 'def' || token.type === 'hr') return ''
  const inner =
    'tokens' in token && token.tokens ? plain(token.tokens) : 'text' in token ? String(token.text) : ''
  return /^(paragraph|blockquote|code|space|list_item)$/.test(token.type) ? `${inner}\n` : inner
}
