// Arrowheads. The tip reaches the line that it points at, so that an arrow at a box touches its border.

import {
  armOf,
  at,
  cells,
  type Direction,
  type Drawing,
  isDashed,
  isLine,
  neighbour,
  opposite,
  pointsTo,
} from './drawing.ts'
import type { LineKind } from './lines.ts'
import { centre, halfCell, type Point, short, towards } from './size.ts'

export const headLength = 9
const headWidth = 8
/** Between the tip and the middle of the line that it points at. */
const gap = 1.5

export interface Arrowhead {
  readonly kind: LineKind
  /** For the attribute `points` of a polygon. */
  readonly points: string
}

export function arrowheadsOf(drawing: Drawing): Arrowhead[] {
  return [...cells(drawing)].flatMap(({ row, column, character }) => {
    const direction = pointsTo(character)
    if (direction === undefined) return []
    const tip = tipOf(drawing, row, column, direction)
    const base = towards(tip, opposite(direction), headLength)
    const side = ((direction + 1) % 4) as Direction
    const corners = [tip, towards(base, side, headWidth / 2), towards(base, opposite(side), headWidth / 2)]
    const points = corners.map((point) => point.map(short).join(',')).join(' ')
    return [{ kind: kindOf(at(drawing, ...neighbour(row, column, opposite(direction))), direction), points }]
  })
}

/** What the line is that an arrow ends. */
function kindOf(tail: string, direction: Direction): LineKind {
  if (isDashed(tail)) return 'hidden'
  return armOf(tail, direction) === 2 ? 'accent' : 'line'
}

export function tipOf(drawing: Drawing, row: number, column: number, direction: Direction): Point {
  const middle = centre(row, column)
  const [nextRow, nextColumn] = neighbour(row, column, direction)
  if (!isLine(at(drawing, nextRow, nextColumn)))
    return towards(middle, direction, Math.min(halfCell(direction), 7))
  return towards(centre(nextRow, nextColumn), opposite(direction), gap)
}
