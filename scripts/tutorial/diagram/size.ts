// How large a cell is, and where. All pictures share one scale, so that text is equally large in all of them.

import type { Direction } from './drawing.ts'

export const cell = { width: 8.4, height: 18 }
export const padding = 14
export const titleHeight = 30
export const fontSize = 14
export const corner = 7

export type Point = readonly [number, number]

export const leftOf = (column: number) => padding + column * cell.width
export const topOf = (row: number) => padding + titleHeight + row * cell.height
export const centre = (row: number, column: number): Point => [
  leftOf(column) + cell.width / 2,
  topOf(row) + cell.height / 2,
]

/** So many pixels from a point towards a side. */
export function towards([x, y]: Point, direction: Direction, distance: number): Point {
  return direction % 2 === 1
    ? [x + (direction === 1 ? distance : -distance), y]
    : [x, y + (direction === 2 ? distance : -distance)]
}

/** From the centre of a cell to its edge on that side. */
export const halfCell = (direction: Direction) => (direction % 2 === 1 ? cell.width : cell.height) / 2

/** For the text of a picture: a tenth of a pixel is fine enough. */
export const short = (value: number) => String(Math.round(value * 10) / 10)
