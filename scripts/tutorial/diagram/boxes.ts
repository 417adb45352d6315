// The boxes of a drawing, found by their corners. A border may have a label in it, or an arrow that goes through.

import { at, cells, type Drawing, isDashed } from './drawing.ts'

export interface Box {
  /** The rows and columns of its borders. */
  readonly top: number
  readonly left: number
  readonly bottom: number
  readonly right: number
  /** `accent` is what the chapter is about, `hidden` is something hidden or gone. */
  readonly kind: 'plain' | 'accent' | 'hidden'
}

/** From the largest to the smallest, so that what is inside comes later. */
export function boxesOf(drawing: Drawing): Box[] {
  const found = [...cells(drawing)].flatMap(({ row, column, character }) =>
    '┌╔╭'.includes(character) ? (boxAt(drawing, row, column) ?? []) : [],
  )
  return found.sort((a, b) => area(b) - area(a))
}

const area = ({ top, left, bottom, right }: Box) => (bottom - top) * (right - left)

function boxAt(drawing: Drawing, top: number, left: number): Box | undefined {
  const right = search((step) => at(drawing, top, left + step), '┐╗╮', '┌╔╭└╚╰┘╝╯│║┆')
  const bottom = search((step) => at(drawing, top + step, left), '└╚╰', '┌╔╭┐╗╮┘╝╯ ')
  if (right === undefined || bottom === undefined) return undefined
  if (search((step) => at(drawing, top + step, left + right), '┘╝╯', '┌╔╭┐╗╮└╚╰ ') !== bottom)
    return undefined
  const border = [at(drawing, top, left + 1), at(drawing, top + 1, left), at(drawing, top + bottom, left + 1)]
  const kind = at(drawing, top, left) === '╔' ? 'accent' : border.some(isDashed) ? 'hidden' : 'plain'
  return { top, left, bottom: top + bottom, right: left + right, kind }
}

/** The first step that has one of `wanted`, unless one of `stops` or the end of the drawing comes before it. */
function search(character: (step: number) => string, wanted: string, stops: string): number | undefined {
  for (let step = 1; step < 200; step++) {
    const found = character(step)
    if (wanted.includes(found)) return step
    if (stops.includes(found)) return undefined
  }
  return undefined
}

/** The innermost box around a cell, or on whose border it lies. */
export function boxAround(boxes: readonly Box[], row: number, column: number): Box | undefined {
  return boxes.findLast(
    ({ top, left, bottom, right }) => row >= top && row <= bottom && column >= left && column <= right,
  )
}

export function isOnBorder({ top, left, bottom, right }: Box, row: number, column: number): boolean {
  const isWithin = row >= top && row <= bottom && column >= left && column <= right
  return isWithin && (row === top || row === bottom || column === left || column === right)
}
