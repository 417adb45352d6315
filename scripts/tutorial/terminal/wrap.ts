// Pieces of text, put into lines that fit. Lines break at spaces and at "\n"; a word that is longer than a line is cut.

import type { Span } from './paint.ts'
import { displayWidth, splitAt } from './width.ts'

type Part =
  | { readonly kind: 'word'; readonly spans: readonly Span[] }
  | { readonly kind: 'space'; readonly span: Span }
  | { readonly kind: 'break' }

export function wrap(spans: readonly Span[], width: number): Span[][] {
  const lines: Span[][] = [[]]
  let room = width
  let space: Span | undefined
  const newLine = () => {
    lines.push([])
    room = width
  }
  const put = (span: Span) => {
    lines.at(-1)!.push(span)
    room -= displayWidth(span.text)
  }
  const cut = (span: Span) => {
    let rest = span.text
    while (rest !== '') {
      const [head, tail] = splitAt(rest, room)
      if (displayWidth(head) > room && room < width) newLine()
      else {
        put({ ...span, text: head })
        rest = tail
      }
    }
  }
  for (const part of partsOf(spans)) {
    if (part.kind === 'space') space = part.span
    else if (part.kind === 'break') newLine()
    else {
      const size = widthOf(part.spans)
      const needed = size + (space && room < width ? 1 : 0)
      // a very long word may begin in this line, if that is worth it
      if (needed > room && room < width && (size <= width || room < 12)) newLine()
      else if (space && room < width && room > 0) put(space)
      if (size <= room) part.spans.forEach(put)
      else part.spans.forEach(cut)
    }
    if (part.kind !== 'space') space = undefined
  }
  return lines
}

export const widthOf = (spans: readonly Span[]) =>
  spans.reduce((sum, { text }) => sum + displayWidth(text), 0)

/** Words may be made of several pieces; a space that must not break is not a space here. */
function partsOf(spans: readonly Span[]): Part[] {
  const parts: Part[] = []
  for (const span of spans) {
    for (const text of span.text.split(/(\n|[ \t]+)/)) {
      const last = parts.at(-1)
      if (text === '') continue
      if (text === '\n') parts.push({ kind: 'break' })
      else if (/^[ \t]/.test(text)) parts.push({ kind: 'space', span: { ...span, text: ' ' } })
      else if (last?.kind === 'word')
        parts[parts.length - 1] = { kind: 'word', spans: [...last.spans, { ...span, text }] }
      else parts.push({ kind: 'word', spans: [{ ...span, text }] })
    }
  }
  return parts
}
