// What stands within a paragraph, as pieces of text with a look: emphasis, code, links.

import { join } from 'node:path'
import type { Token } from 'marked'
import { resolveLink } from '../book.ts'
import { fileLink, type Look, type Paint, type Span } from './paint.ts'

/** Where a text stands, and how it is shown. */
export interface Setting {
  readonly paint: Paint
  /** The project's folder. */
  readonly root: string
  /** Of the text, from there: links are relative to it. */
  readonly path: string
  /** Columns that the screen has beyond the text's width, for code. */
  readonly spare: number
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': '\u00a0',
}

export function inline(
  setting: Setting,
  tokens: readonly Token[],
  looks: readonly Look[] = [],
  href?: string,
): Span[] {
  return tokens.flatMap((token): Span[] => {
    // without colours, what is emphasized and what is code has to be told from the rest by something else
    const marked = (mark: string, spans: Span[]): Span[] =>
      setting.paint.hasColor ? spans : [{ text: mark, looks }, ...spans, { text: mark, looks }]
    const within = (look: Look) =>
      inline(setting, ('tokens' in token && token.tokens) || [], [...looks, look], href)
    switch (token.type) {
      case 'strong':
        return marked('*', within('strong'))
      case 'em':
        return marked('_', within('emphasis'))
      case 'del':
        return within('deleted')
      case 'codespan':
        return marked('`', [{ text: token.text, looks: [...looks, 'code'], href }])
      case 'br':
        return [{ text: '\n', looks }]
      case 'link':
        return link(setting, token, looks)
      case 'image':
        return [{ text: token.text, looks: [...looks, 'faint'], href }]
      case 'checkbox':
        return []
      case 'html':
        return /^<br/.test(token.raw) ? [{ text: '\n', looks }] : []
      default: {
        if ('tokens' in token && token.tokens) return inline(setting, token.tokens, looks, href)
        const text = String('text' in token ? token.text : token.raw).replaceAll('\n', ' ')
        return [{ text: text.replace(/&[\w#]+;/g, (name) => entities[name] ?? name), looks, href }]
      }
    }
  })
}

function link(setting: Setting, token: Token, looks: readonly Look[]): Span[] {
  if (token.type !== 'link') return []
  const target = resolveLink(setting.path, token.href)
  const isOutside = /^[a-z]+:/.test(target)
  const file = target.replace(/#.*$/, '')
  const href = isOutside ? target : file === '' ? undefined : fileLink(join(setting.root, file))
  const text = inline(setting, token.tokens ?? [], [...looks, 'link'], href)
  if (setting.paint.hasLinks) return text
  // a chapter is named in the text already; a file of the sources, or a place in the net, has to be
  const isProse = file === '' || /(^|\/)README\.md$|^tutorial\//.test(file)
  const shown = isOutside ? target : file
  if ((!isOutside && isProse) || token.text.replace(/^mailto:/, '') === shown) return text
  return [...text, { text: ` (${shown})`, looks: [...looks, 'faint'] }]
}
