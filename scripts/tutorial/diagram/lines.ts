// The lines of a drawing, each as one long path: what was a row of ─ becomes one stroke, and where it turns it is rounded.

import { headLength, tipOf } from './arrows.ts'
import { type Box, isOnBorder } from './boxes.ts'
import {
  armOf,
  at,
  cells,
  type Direction,
  type Drawing,
  directions,
  isDashed,
  isLine,
  neighbour,
  opposite,
  pointsTo,
} from './drawing.ts'
import { centre, corner, halfCell, type Point, short, towards } from './size.ts'

export type LineKind = 'line' | 'accent' | 'hidden'

export interface Line {
  readonly kind: LineKind
  readonly points: readonly Point[]
  readonly isClosed: boolean
}

/** One arm of a cell: it is joined with the neighbour's, or ends at a point. */
interface Arm {
  readonly kind: LineKind
  readonly end?: Point
}

type Arms = Readonly<Partial<Record<Direction, Arm>>>

export function linesOf(drawing: Drawing, boxes: readonly Box[]): Line[] {
  const hidden = boxes.filter(({ kind }) => kind === 'hidden')
  const places = [...cells(drawing)].filter(({ character }) => isLine(character))
  const armsAt = new Map(
    places.map(({ row, column }) => [`${row},${column}`, armsOf(drawing, hidden, row, column)]),
  )
  const visited = new Set<string>()
  const armed = (row: number, column: number): Arms => armsAt.get(`${row},${column}`) ?? {}
  const visit = (row: number, column: number, direction: Direction) =>
    visited.add(`${row},${column},${direction}`)
  const isVisited = (row: number, column: number, direction: Direction) =>
    visited.has(`${row},${column},${direction}`)

  /** The points of a line that leaves a cell on that side. */
  function follow(row: number, column: number, direction: Direction): { points: Point[]; isClosed: boolean } {
    const points: Point[] = []
    let next: Direction | undefined = direction
    while (next !== undefined) {
      if (isVisited(row, column, next)) return { points, isClosed: true }
      visit(row, column, next)
      const { end } = armed(row, column)[next]!
      if (end) return { points: [...points, end], isClosed: false }
      ;[row, column] = neighbour(row, column, next)
      visit(row, column, opposite(next))
      points.push(centre(row, column))
      next = partner(armed(row, column), opposite(next))
    }
    return { points, isClosed: false }
  }

  const lines: Line[] = []
  const begin = (isStart: (arms: Arms, direction: Direction) => boolean) => {
    for (const { row, column } of places)
      for (const direction of directions) {
        const arms = armed(row, column)
        const arm = arms[direction]
        if (!arm || isVisited(row, column, direction) || !isStart(arms, direction)) continue
        const other = partner(arms, direction)
        const isStub = arm.end !== undefined && other !== undefined
        if (isStub) visit(row, column, direction)
        const { points, isClosed } = follow(row, column, isStub ? other : direction)
        const start = isStub ? [arm.end, centre(row, column)] : [centre(row, column)]
        lines.push({ kind: arm.kind, points: straightened([...start, ...points]), isClosed })
      }
  }
  // first those that begin somewhere, then those that go in a circle
  begin((arms, direction) => partner(arms, direction) === undefined || arms[direction]!.end !== undefined)
  begin(() => true)
  return lines
}

function armsOf(drawing: Drawing, hidden: readonly Box[], row: number, column: number): Arms {
  const character = at(drawing, row, column)
  const arms: Partial<Record<Direction, Arm>> = {}
  for (const direction of directions) {
    const weight = armOf(character, direction)
    if (weight === 0) continue
    const place = neighbour(row, column, direction)
    const next = at(drawing, ...place)
    const back = armOf(next, opposite(direction))
    const isHidden =
      isDashed(character) ||
      (back > 0 && isDashed(next)) ||
      hidden.some((box) => isOnBorder(box, row, column) && isOnBorder(box, ...place))
    const kind = isHidden ? 'hidden' : weight === 2 && back !== 1 ? 'accent' : 'line'
    const end = back > 0 ? undefined : endOf(drawing, centre(row, column), place, direction)
    arms[direction] = { kind, end }
  }
  return arms
}

/** Where an arm ends that meets no other: at an arrowhead, at a line that crosses its way, or at the edge of its cell. */
function endOf(drawing: Drawing, from: Point, place: readonly [number, number], direction: Direction): Point {
  const next = at(drawing, ...place)
  const pointing = pointsTo(next)
  if (pointing === direction)
    return towards(tipOf(drawing, ...place, pointing), opposite(direction), headLength - 1)
  return isLine(next) || pointing !== undefined
    ? centre(...place)
    : towards(from, direction, halfCell(direction))
}

/** The arm that carries on the line of another one: that on the other side, or else the only one that is left. */
function partner(arms: Arms, direction: Direction): Direction | undefined {
  const carriesOn = (one: Direction, other: Direction) =>
    arms[one] !== undefined && arms[one].kind === arms[other]?.kind
  if (carriesOn(direction, opposite(direction))) return opposite(direction)
  const left = directions.filter(
    (one) => arms[one] !== undefined && (one === direction || !carriesOn(one, opposite(one))),
  )
  const other = left.find((one) => one !== direction)
  return left.length === 2 && other !== undefined && carriesOn(direction, other) ? other : undefined
}

/** Without the points that lie on a straight line between others. */
function straightened(points: readonly Point[]): Point[] {
  return points.filter((point, index) => {
    const before = points[index - 1]
    const after = points[index + 1]
    if (!before || !after) return true
    return (
      !(before[0] === point[0] && point[0] === after[0]) && !(before[1] === point[1] && point[1] === after[1])
    )
  })
}

/** For the attribute `d` of a path. */
export function pathOf({ points, isClosed }: Line): string {
  const way = isClosed ? closed(points) : points
  const text = (point: Point) => point.map(short).join(' ')
  const parts = way.map((point, index) => {
    const before = way[index - 1] ?? (isClosed ? way.at(-1) : undefined)
    const after = way[index + 1] ?? (isClosed ? way[0] : undefined)
    if (!before || !after) return `${index === 0 ? 'M' : 'L'}${text(point)}`
    const [from, to] = [towardsPoint(point, before), towardsPoint(point, after)]
    return `${index === 0 ? 'M' : 'L'}${text(from)}Q${text(point)} ${text(to)}`
  })
  return parts.join('') + (isClosed ? 'Z' : '')
}

/** A circle's points begin at a turn, and the last one is not the first one again. */
function closed(points: readonly Point[]): Point[] {
  const all = straightened([points.at(-2)!, ...points, points[1]!])
  return all.slice(1, -1).slice(0, -1)
}

/** A corner's length towards another point, or half of the way if that is shorter. */
function towardsPoint([x, y]: Point, [toX, toY]: Point): Point {
  const length = Math.hypot(toX - x, toY - y)
  const share = Math.min(corner, length / 2) / length
  return [x + (toX - x) * share, y + (toY - y) * share]
}
