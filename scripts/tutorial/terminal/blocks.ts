// A text in Markdown, as lines for a terminal of a certain width. marked takes it apart.

import { marked, type Token, type Tokens } from 'marked'
import { plainText } from '../page.ts'
import { slugger } from '../slug.ts'
import { code, drawing } from './code.ts'
import { inline, type Setting } from './inline.ts'
import type { Look } from './paint.ts'
import { table } from './table.ts'
import { displayWidth } from './width.ts'
import { wrap } from './wrap.ts'

export interface Rendered {
  readonly lines: readonly string[]
  /** The line in which each section begins, by its anchor. */
  readonly sections: ReadonlyMap<string, number>
}

export function render(setting: Setting, markdown: string, width: number): Rendered {
  const lines: string[] = []
  const sections = new Map<string, number>()
  const anchor = slugger()
  for (const token of marked.lexer(markdown)) {
    const block = blockLines(setting, token, width)
    if (block.length === 0) continue
    if (lines.length > 0) lines.push('')
    if (token.type === 'heading') {
      // more air above a section than below
      if (token.depth === 2 && lines.length > 0) lines.push('')
      sections.set(anchor(plainText(token.tokens ?? [])), lines.length)
    }
    lines.push(...block)
  }
  return { lines, sections }
}

function blockLines(setting: Setting, token: Token, width: number): string[] {
  switch (token.type) {
    case 'heading':
      return heading(setting, token as Tokens.Heading, width)
    case 'paragraph':
      return paragraph(setting, token.tokens ?? [], width)
    case 'text':
      return paragraph(setting, token.tokens ?? [token], width)
    case 'code':
      return code(setting, token as Tokens.Code, width)
    case 'list':
      return list(setting, token as Tokens.List, width)
    case 'blockquote':
      return quote(setting, token as Tokens.Blockquote, width)
    case 'table':
      return table(setting, token as Tokens.Table, width)
    case 'hr':
      return [setting.paint.as('faint', '─'.repeat(width))]
    default:
      return []
  }
}

/** Blocks one below the other. */
function blocks(setting: Setting, tokens: readonly Token[], width: number, isLoose = true): string[] {
  return tokens
    .map((token) => blockLines(setting, token, width))
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index > 0 && isLoose ? ['', ...lines] : lines))
}

function heading(setting: Setting, token: Tokens.Heading, width: number): string[] {
  const { paint } = setting
  const look: Look = token.depth === 1 ? 'title' : token.depth === 2 ? 'heading' : 'strong'
  const lines = wrap(inline(setting, token.tokens, [look]), width).map(paint.spans)
  if (token.depth > 2 && paint.hasColor) return lines
  const longest = Math.max(...lines.map(displayWidth))
  return [...lines, paint.as(look, (['═', '─'][token.depth - 1] ?? '┄').repeat(longest))]
}

function paragraph(setting: Setting, tokens: readonly Token[], width: number): string[] {
  const shown = tokens.filter((token) => token.type !== 'text' || token.text.trim() !== '')
  const [first] = shown
  if (shown.length === 1 && first?.type === 'image') return drawing(setting, first as Tokens.Image, width)
  return wrap(inline(setting, tokens), width).map(setting.paint.spans)
}

function list(setting: Setting, token: Tokens.List, width: number): string[] {
  const { paint } = setting
  const last = Number(token.start || 1) + token.items.length - 1
  return token.items.flatMap((item, index) => {
    const number = `${Number(token.start || 1) + index}.`.padStart(`${last}.`.length)
    const marker = item.task ? (item.checked ? '☑' : '☐') : token.ordered ? number : '•'
    const hanging = ' '.repeat(displayWidth(marker) + 1)
    const lines = blocks(setting, item.tokens, Math.max(8, width - hanging.length), token.loose)
    const body = (lines.length === 0 ? [''] : lines).map((line, row) =>
      row === 0 ? `${paint.as('heading', marker)} ${line}` : line === '' ? '' : hanging + line,
    )
    return token.loose && index > 0 ? ['', ...body] : body
  })
}

const alerts: Readonly<Record<string, Look>> = {
  note: 'heading',
  tip: 'good',
  important: 'title',
  warning: 'notice',
  caution: 'bad',
}

function quote(setting: Setting, token: Tokens.Blockquote, width: number): string[] {
  const { paint } = setting
  const kind = /^\[!(\w+)\]/.exec(token.text)?.[1]?.toLowerCase()
  const look = alerts[kind ?? '']
  // the mark is not part of the text: what stands behind it is taken apart again
  const tokens = look ? marked.lexer(token.text.replace(/^\[!\w+\]\s*/, '')) : token.tokens
  const title = look ? [paint.as(look, kind![0]!.toUpperCase() + kind!.slice(1))] : []
  const bar = paint.as(look ?? 'faint', '│')
  return [...title, ...blocks(setting, tokens, width - 2)].map((line) => `${bar} ${line}`.trimEnd())
}
