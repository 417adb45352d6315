// Blocks of code, of commands with what they print, and drawings.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tokens } from 'marked'
import { resolveLink } from '../book.ts'
import { parseConsole } from '../console.ts'
import { quoted, sourceOf } from '../quote.ts'
import { highlight } from './highlight.ts'
import { inline, type Setting } from './inline.ts'
import type { Look, Paint, Span } from './paint.ts'
import { displayWidth, splitAt } from './width.ts'
import { wrap } from './wrap.ts'

const indent = '  '

export function code(setting: Setting, token: Tokens.Code, textWidth: number): string[] {
  const { paint, root } = setting
  const width = textWidth + setting.spare
  const info = token.lang ?? ''
  const commands = consoleLines(info, token.text)
  if (commands) return commands.flatMap((line) => fitted(paint, line, width))
  const source = sourceOf(info)
  // a block that quotes may not have been filled in yet
  const text = source && token.text.trim() === '' ? quoted(root, source) : token.text
  const caption = source ? [...fitted(paint, [{ text: `── ${source.path}`, looks: ['faint'] }], width)] : []
  const language = info.split(/\s/, 1)[0]!
  return [...caption, ...highlight(text, language).flatMap((line) => fitted(paint, line, width))]
}

function consoleLines(info: string, text: string): Span[][] | undefined {
  const output: Look[] = ['faint']
  let block: ReturnType<typeof parseConsole>
  try {
    block = parseConsole(info, text)
  } catch {
    return undefined
  }
  return block?.commands.flatMap(({ root, line, output: printed }) => [
    ...line.split('\n').map((part, index): Span[] => [
      { text: index > 0 ? '' : root ? '# ' : '$ ', looks: [root ? 'bad' : 'good'] },
      { text: part, looks: ['strong'] },
    ]),
    ...(printed === '' ? [] : printed.split('\n').map((part): Span[] => [{ text: part, looks: output }])),
  ])
}

/** A line of code as one or more lines of the screen, indented. What did not fit goes on below, behind an arrow. */
function fitted(paint: Paint, line: readonly Span[], width: number): string[] {
  const text = line.map((span) => span.text).join('')
  const own = Math.min(text.search(/\S|$/), Math.floor(width / 3))
  const arrow: Span = { text: `${' '.repeat(own)}  ↪ `, looks: ['faint'] }
  const lines: Span[][] = [[]]
  let room = width - indent.length
  for (const span of line) {
    let rest = span.text
    while (rest !== '') {
      const [head, tail] = displayWidth(rest) <= room ? [rest, ''] : cut(rest, room)
      if (head !== '') lines.at(-1)!.push({ ...span, text: head })
      room -= displayWidth(head)
      rest = tail
      if (rest === '') break
      lines.push([arrow])
      room = width - indent.length - displayWidth(arrow.text)
    }
  }
  return lines.map((spans) => (spans.length === 0 ? '' : indent + paint.spans(spans)))
}

/** Behind a space, if there is one not too far back; the space itself is dropped. */
function cut(text: string, room: number): [string, string] {
  const [head, tail] = room > 0 ? splitAt(text, room) : ['', text]
  if (tail.startsWith(' ')) return [head, tail.trimStart()]
  const space = head.lastIndexOf(' ')
  return space >= 0 && head.length - space < 30
    ? [head.slice(0, space), head.slice(space + 1) + tail]
    : [head, tail]
}

/** A diagram: the drawing itself, or what its picture says to those who do not see it, where it has no room. */
export function drawing(setting: Setting, image: Tokens.Image, width: number): string[] {
  const { paint, root, path } = setting
  const file = join(root, resolveLink(path, image.href).replace(/\.svg$/, '.txt'))
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
  if (lines.length === 0 || lines.some((line) => displayWidth(line) > width)) {
    const text = inline(setting, image.tokens, ['faint'])
    const frame: Span = { text: paint.hasColor ? '▨ ' : 'Drawing: ', looks: ['faint'] }
    return wrap([frame, ...text], width).map(paint.spans)
  }
  const [title, ...rest] = lines
  return [paint.as('strong', title!), ...rest]
}
