// The text of a drawing, in pieces that keep their place. Fonts differ in width; so each piece says where it begins and
// how wide it is, and a sign that a font may lack, such as ✓, stands alone in the middle of its cell.

import { type Box, boxAround } from './boxes.ts'
import { type Drawing, isLine, pointsTo } from './drawing.ts'

export interface Words {
  readonly text: string
  readonly row: number
  readonly column: number
  /** `label` is the name of a box, in its border. */
  readonly kind: 'plain' | 'label' | 'label accent' | 'hidden'
  readonly isSign: boolean
}

const isSign = (character: string) => character.codePointAt(0)! >= 0x2190

export function wordsOf(drawing: Drawing, boxes: readonly Box[]): Words[] {
  return drawing.rows.flatMap((characters, row) => {
    const found: Words[] = []
    let column = 0
    while (column < characters.length) {
      const end = endOfPiece(characters, column)
      if (end > column) {
        const text = characters.slice(column, end).join('').trimEnd()
        const kind = kindOf(boxAround(boxes, row, column), row)
        found.push({ text, row, column, kind, isSign: isSign(text) })
      }
      column = Math.max(end, column + 1)
    }
    return found
  })
}

/** Words with one space between them are one piece. */
function endOfPiece(characters: readonly string[], start: number): number {
  const isText = (index: number) => {
    const character = characters[index] ?? ' '
    return character !== ' ' && !isLine(character) && pointsTo(character) === undefined
  }
  if (!isText(start)) return start
  if (isSign(characters[start]!)) return start + 1
  let end = start
  while (
    (isText(end) && !isSign(characters[end]!)) ||
    (characters[end] === ' ' && isText(end + 1) && !isSign(characters[end + 1]!))
  )
    end++
  return end
}

function kindOf(box: Box | undefined, row: number): Words['kind'] {
  if (!box) return 'plain'
  if (box.kind === 'hidden') return 'hidden'
  if (row !== box.top && row !== box.bottom) return 'plain'
  return box.kind === 'accent' ? 'label accent' : 'label'
}
