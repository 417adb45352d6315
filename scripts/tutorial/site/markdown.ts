// Markdown → HTML: what the course writes differently from everybody's Markdown. Code is in blocks.ts, drawings in figure.ts.

import { Marked, type RendererObject, type Token } from 'marked'
import { codeBlock } from './blocks.ts'
import { figure } from './figure.ts'
import { attributes, escaped, spoken } from './html.ts'
import { type Prose, plain } from './prose.ts'
import { anchorOf, hrefOf, type Sheet } from './sheet.ts'

const alerts: Readonly<Record<string, string>> = {
  note: 'Note',
  tip: 'Tip',
  important: 'Important',
  warning: 'Warning',
  caution: 'Caution',
}

/** A file's Markdown, or some of it, as it stands on a page. */
export function toHtml(sheet: Sheet, prose: Prose, tokens: readonly Token[] = prose.tokens): string {
  const marked = new Marked({ renderer: renderer(sheet, prose) })
  return new marked.Parser(marked.defaults).parse([...tokens]) as string
}

function renderer(sheet: Sheet, prose: Prose): RendererObject {
  const { path } = prose
  return {
    heading(token) {
      const anchor = prose.anchors.get(token)
      const text = this.parser.parseInline(token.tokens)
      if (anchor === undefined) return `<h${token.depth}>${text}</h${token.depth}>\n`
      const id = anchorOf(sheet, path, anchor)
      const mark = sheet.printed
        ? ''
        : ` <a class="anchor" href="#${id}">#${spoken(` link to: ${plain(token.tokens)}`)}</a>`
      return `<h${token.depth} id="${id}">${text}${mark}</h${token.depth}>\n`
    },
    code: ({ text, lang = '' }) => codeBlock(sheet, path, lang.trim(), text),
    image: ({ href, text }) => figure(sheet, path, href, text),
    paragraph({ tokens }) {
      // a drawing is a figure of its own, and not a part of a sentence
      if (tokens.length === 1 && tokens[0]!.type === 'image') return `${this.parser.parseInline(tokens)}\n`
      return `<p>${this.parser.parseInline(tokens)}</p>\n`
    },
    blockquote({ tokens }) {
      const html = this.parser.parse(tokens)
      const [, kind] = /^<p>\[!(\w+)\]/.exec(html) ?? []
      const title = alerts[kind?.toLowerCase() ?? '']
      if (kind === undefined || title === undefined) return `<blockquote>${html}</blockquote>\n`
      const text = html.replace(/^<p>\[!\w+\]\s*/, '<p>').replace(/^<p><\/p>\n?/, '')
      return `<div class="alert ${kind.toLowerCase()}" role="note"><p class="title">${title}</p>${text}</div>\n`
    },
    table(token) {
      const row = (cells: typeof token.header) =>
        cells
          .map((cell) => {
            const tag = cell.header ? 'th' : 'td'
            const style = cell.align ? `text-align: ${cell.align}` : undefined
            return `<${tag}${attributes({ style })}>${this.parser.parseInline(cell.tokens)}</${tag}>`
          })
          .join('')
      const head = token.header.some((cell) => cell.text.trim() !== '')
        ? `<thead><tr>${row(token.header)}</tr></thead>`
        : ''
      const body = token.rows.map((cells) => `<tr>${row(cells)}</tr>\n`).join('')
      return `<div class="table" tabindex="0"><table>${head}<tbody>${body}</tbody></table></div>\n`
    },
    link({ href, title, tokens }) {
      const text = this.parser.parseInline(tokens)
      const address = hrefOf(sheet, path, href)
      if (address === undefined) {
        return `<span class="dead" title="${escaped(href)} is not there">${text}</span>`
      }
      return `<a${attributes({ href: address, title: title ?? undefined })}>${text}</a>`
    },
  }
}
