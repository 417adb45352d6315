// A table, fitted to the width: its widest columns give way, and where even that does not help, each row becomes a list.

import type { Tokens } from 'marked'
import { inline, type Setting } from './inline.ts'
import type { Span } from './paint.ts'
import { widthOf, wrap } from './wrap.ts'

const gap = 2
/** No column with more in it gets narrower than this. */
const least = 8

export function table(setting: Setting, token: Tokens.Table, width: number): string[] {
  const { paint } = setting
  const header = token.header.map((cell) => inline(setting, cell.tokens, ['strong']))
  const rows = token.rows.map((row) => row.map((cell) => inline(setting, cell.tokens)))
  const natural = header.map((cell, column) =>
    Math.max(1, widthOf(cell), ...rows.map((row) => widthOf(row[column] ?? []))),
  )
  const widths = shrink(natural, width - gap * (natural.length - 1))
  if (!widths) return asList(setting, header, rows, width)
  const total = widths.reduce((sum, one) => sum + one, gap * (widths.length - 1))
  const line = (cells: readonly Span[][]): string[] => {
    const wrapped = cells.map((cell, column) => wrap(cell, widths[column]!))
    const height = Math.max(...wrapped.map((lines) => lines.length))
    return Array.from({ length: height }, (_, row) =>
      wrapped
        .map((lines, column) => {
          const spans = lines[row] ?? []
          const space = ' '.repeat(Math.max(0, widths[column]! - widthOf(spans)))
          return token.align[column] === 'right' ? space + paint.spans(spans) : paint.spans(spans) + space
        })
        .join(' '.repeat(gap))
        .trimEnd(),
    )
  }
  const body = rows.map(line)
  const isWrapped = body.some((lines) => lines.length > 1)
  const between = isWrapped ? [paint.as('faint', '┈'.repeat(total))] : []
  return [
    ...(header.some((cell) => widthOf(cell) > 0) ? line(header) : []),
    paint.as('faint', '─'.repeat(total)),
    ...body.flatMap((lines, index) => (index === 0 ? lines : [...between, ...lines])),
  ]
}

/** The widest columns are made narrower until all fit. */
function shrink(natural: readonly number[], room: number): number[] | undefined {
  const sum = (widths: readonly number[]) => widths.reduce((total, one) => total + one, 0)
  const widths = [...natural]
  while (sum(widths) > room) {
    const widest = widths.indexOf(Math.max(...widths))
    if (widths[widest]! <= least) return undefined
    widths[widest]!--
  }
  return widths
}

function asList(
  { paint }: Setting,
  header: readonly Span[][],
  rows: readonly Span[][][],
  width: number,
): string[] {
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    ...row.flatMap((cell, column) => {
      if (widthOf(cell) === 0) return []
      const name = header[column] ?? []
      const label: Span[] = widthOf(name) === 0 ? [] : [...name, { text: ': ', looks: ['strong'] }]
      return wrap([...label, ...cell], width).map(paint.spans)
    }),
  ])
}
