// Makes a picture (SVG) of a drawing made of characters, such as the chapters have in diagrams/NAME.txt: a title, an empty
// line, and boxes, lines and arrows. The drawing is read as a grid of cells, and everything keeps its place on it.

import { arrowheadsOf } from './diagram/arrows.ts'
import { type Box, boxesOf } from './diagram/boxes.ts'
import { parseDrawing } from './diagram/drawing.ts'
import { linesOf, pathOf } from './diagram/lines.ts'
import { cell, centre, corner, leftOf, padding, short, topOf } from './diagram/size.ts'
import { style } from './diagram/style.ts'
import { type Words, wordsOf } from './diagram/words.ts'

/** @param text the whole file */
export function drawDiagram(text: string): string {
  const drawing = parseDrawing(text)
  const boxes = boxesOf(drawing)
  const columns = Math.max(0, ...drawing.rows.map((row) => row.length))
  const width = Math.ceil(Math.max(leftOf(columns), leftOf(0) + drawing.title.length * cell.width) + padding)
  const height = Math.ceil(topOf(drawing.rows.length) + padding)
  const title = escaped(drawing.title)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${title}</title>`,
    `<style>${style}</style>`,
    `<text class="title" x="${padding}" y="${padding + 13}">${title}</text>`,
    ...boxes.map(rectangle),
    ...linesOf(drawing, boxes).map((line) => `<path${classOf(line.kind, 'line')} d="${pathOf(line)}"/>`),
    ...arrowheadsOf(drawing).map(
      ({ kind, points }) => `<polygon${classOf(kind, 'line')} points="${points}"/>`,
    ),
    ...wordsOf(drawing, boxes).map(words),
    '</svg>\n',
  ].join('\n')
}

function rectangle({ top, left, bottom, right, kind }: Box): string {
  const [x, y] = centre(top, left)
  const [toX, toY] = centre(bottom, right)
  const size = `width="${short(toX - x)}" height="${short(toY - y)}"`
  return `<rect${classOf(kind, 'plain')} x="${short(x)}" y="${short(y)}" ${size} rx="${corner - 1}"/>`
}

function words({ text, row, column, kind, isSign }: Words): string {
  const x = isSign ? centre(row, column)[0] : leftOf(column)
  const width = isSign || text.length === 1 ? '' : ` textLength="${short([...text].length * cell.width)}"`
  const classes = classOf([kind === 'plain' ? '' : kind, isSign ? 'sign' : ''].join(' ').trim(), '')
  return `<text${classes} x="${short(x)}" y="${short(topOf(row) + 13.5)}"${width}>${escaped(text)}</text>`
}

const classOf = (name: string, usual: string) => (name === usual ? '' : ` class="${name}"`)

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
