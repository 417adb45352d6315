// A drawing made of characters, as a grid of cells, and what each of them joins. Every line character has arms: ├ has one
// up, one right and one down. Two neighbours whose arms meet are joined.

export interface Drawing {
  readonly title: string
  /** One character a cell; spaces where there is nothing. The common indent is gone. */
  readonly rows: readonly (readonly string[])[]
  /** Where the first row and its first column stand in the file. */
  readonly line: number
  readonly column: number
}

/** Up, right, down, left, as indexes of what follows. */
export const directions = [0, 1, 2, 3] as const
export type Direction = (typeof directions)[number]
export const opposite = (direction: Direction) => ((direction + 2) % 4) as Direction
const moves = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const

/** 0 for no arm, 1 for one of a single line, 2 for one of a double line; up, right, down, left. */
const arms: Readonly<Record<string, string>> = {
  '─': '0101',
  '│': '1010',
  '┌': '0110',
  '┐': '0011',
  '└': '1100',
  '┘': '1001',
  '├': '1110',
  '┤': '1011',
  '┬': '0111',
  '┴': '1101',
  '┼': '1111',
  '╭': '0110',
  '╮': '0011',
  '╰': '1100',
  '╯': '1001',
  '═': '0202',
  '║': '2020',
  '╔': '0220',
  '╗': '0022',
  '╚': '2200',
  '╝': '2002',
  '╠': '2220',
  '╣': '2022',
  '╦': '0222',
  '╩': '2202',
  '╬': '2222',
  '╞': '1210',
  '╡': '1012',
  '╪': '1212',
  '╟': '2120',
  '╢': '2021',
  '╫': '2121',
  '╤': '0212',
  '╧': '1202',
  '╥': '0121',
  '╨': '2101',
  '┄': '0101',
  '┆': '1010',
}
const arrows = ['▲', '▶', '▼', '◀']

export function parseDrawing(text: string): Drawing {
  const [title = '', ...rest] = text.split('\n')
  const lines = rest.map((line) => line.trimEnd())
  const first = Math.max(
    0,
    lines.findIndex((line) => line !== ''),
  )
  const last = lines.findLastIndex((line) => line !== '')
  const drawn = lines.slice(first, last + 1)
  const indents = drawn.filter((line) => line !== '').map((line) => line.search(/\S/))
  const column = indents.length > 0 ? Math.min(...indents) : 0
  const rows = drawn.map((line) => [...line].slice(column))
  return { title: title.trim(), rows, line: first + 2, column: column + 1 }
}

export const at = ({ rows }: Drawing, row: number, column: number) => rows[row]?.[column] ?? ' '
export const isLine = (character: string) => character in arms
export const isDashed = (character: string) => character === '┄' || character === '┆'

/** 0 if the character has no arm on that side. */
export const armOf = (character: string, direction: Direction) => Number(arms[character]?.[direction] ?? 0)

/** Where an arrowhead points; undefined for every other character. */
export function pointsTo(character: string): Direction | undefined {
  const found = arrows.indexOf(character)
  return found < 0 ? undefined : (found as Direction)
}

export function neighbour(row: number, column: number, direction: Direction): readonly [number, number] {
  const [down, right] = moves[direction]
  return [row + down, column + right]
}

export function* cells({ rows }: Drawing): Generator<{ row: number; column: number; character: string }> {
  for (const [row, characters] of rows.entries())
    for (const [column, character] of characters.entries())
      if (character !== ' ') yield { row, column, character }
}

/**
 * Corners and crossings that are not joined on each of their sides: there a line was forgotten, or stands a column off.
 * The ends of straight lines may stand free.
 */
export function looseEnds(drawing: Drawing): { line: number; column: number; character: string }[] {
  const found = [...cells(drawing)].filter(({ row, column, character }) => {
    const sides = directions.filter((direction) => armOf(character, direction) > 0)
    const isStraight = sides.length === 2 && sides[0] === opposite(sides[1]!)
    return !isStraight && sides.some((direction) => leadsNowhere(drawing, row, column, direction))
  })
  return found.map(({ row, column, character }) => ({
    line: drawing.line + row,
    column: drawing.column + column,
    character,
  }))
}

function leadsNowhere(drawing: Drawing, row: number, column: number, direction: Direction): boolean {
  const next = at(drawing, ...neighbour(row, column, direction))
  return next === ' ' || (isLine(next) && armOf(next, opposite(direction)) === 0)
}
