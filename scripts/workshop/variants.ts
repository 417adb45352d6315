// What the gate makes of an exercise, to see what its check says: the solution with a console.log wherever one can stand, and
// attempts that do nothing, none of which may pass.

import { parseAst } from 'vitest/node'

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
}

type Edit = { readonly at: number; readonly until: number; readonly text: string }

const empty = ['undefined', "''", '[]'] as const

/** The solution, which prints something as it is loaded and in every function. */
export function withStrayLogs(source: string): string {
  const stray = "console.log('a stray line');"
  const bodies = functionsOf(source).filter(({ body }) => body.type === 'BlockStatement')
  return edited(source, [insert(0, stray), ...bodies.map(({ body }) => insert(body.start + 1, stray))])
}

/** The exercise as shipped, done by doing nothing: what was tried, and the source that it makes. None if no TODO is found. */
export function idleAttempts(source: string): Map<string, string> {
  const attempts = new Map<string, string>()
  const places = placesToEdit(source)
  const throws = nodesOf(source).filter(
    (node) =>
      node.type === 'ThrowStatement' &&
      (/TODO/.test(source.slice(node.start, node.end)) ||
        places.some(({ body }) => isStatementOf(body, node))),
  )
  const without = throws.map(({ start, end }) => ({ at: start, until: end, text: ';' }))
  if (without.length > 0) attempts.set('the throw of each TODO taken out', edited(source, without))
  if (places.length === 0) return attempts
  for (const value of empty) {
    const edits = places.map((place) => withValue(place, value))
    const attempt = edited(source, edits)
    // without its throw, a function mostly does that already
    const isKnown = [...attempts.values()].some((other) => essence(other) === essence(attempt))
    if (!isKnown) attempts.set(`${value} in each place that says TODO`, attempt)
  }
  return attempts
}

const essence = (source: string) =>
  source.replaceAll(/\/\/.*|return undefined as any/g, '').replaceAll(/[\s;]+/g, '')

interface Place extends Node {
  readonly body?: Node
}

/** The functions and constants that say TODO, or have it in the comment above them. */
function placesToEdit(source: string): Place[] {
  const functions = functionsOf(source)
  const all: Place[] = [...functions, ...topLevelConstants(source)].sort((a, b) => a.start - b.start)
  const places = [...source.matchAll(/TODO/g)].map(({ index }): Place | undefined => {
    const line = source.slice(source.lastIndexOf('\n', index) + 1, index)
    // a comment at the end of a line is about that line
    const code = line.replace(/\/[/*].*$/, '').trimEnd()
    const at = code === '' ? index : index - line.length + code.length - 1
    const around = (place: Place) => place.start <= at && at < place.end
    const isNear = ({ start }: Place) => start > at && !/\n\s*\n|\nimport /.test(source.slice(index, start))
    return functions.filter(around).at(-1) ?? all.find((place) => around(place) || isNear(place))
  })
  const found = [...new Set(places)].filter((place) => place !== undefined)
  return found.filter((one) => !found.some((other) => other !== one && contains(other, one)))
}

function isStatementOf(body: Node | undefined, node: Node): boolean {
  return (
    body !== undefined &&
    'body' in body &&
    Array.isArray(body.body) &&
    body.body.some((one) => one.start === node.start)
  )
}

function withValue(place: Place, value: string): Edit {
  if (place.body === undefined) return { at: place.start, until: place.end, text: `${value} as any` }
  const isBlock = place.body.type === 'BlockStatement'
  const text = isBlock ? `{ return ${value} as any }` : `${value} as any`
  return { at: place.body.start, until: place.body.end, text }
}

/** All functions and methods, those around others first. */
function functionsOf(source: string): (Node & { readonly body: Node })[] {
  return nodesOf(source)
    .filter((node): node is Node & { body: Node } => {
      const isFunction = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)
      return isFunction && 'body' in node && node.body !== null
    })
    .sort((a, b) => a.start - b.start)
}

/** The values of constants at the top of the file, save those that are functions. */
function topLevelConstants(source: string): Node[] {
  const functions = functionsOf(source)
  return nodesOf(source)
    .filter((node) => node.type === 'VariableDeclarator')
    .flatMap((node) => ('init' in node && node.init ? [node.init as Node] : []))
    .filter((value) => !functions.some((one) => contains(one, value)))
}

const contains = (outer: Node, inner: Node) => outer.start <= inner.start && inner.end <= outer.end

function nodesOf(source: string): Node[] {
  const found: Node[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('type' in value && 'start' in value) found.push(value as Node)
    Object.values(value).forEach(visit)
  }
  visit(parseAst(source, { lang: 'ts' }))
  return found
}

const insert = (at: number, text: string): Edit => ({ at, until: at, text })

function edited(source: string, edits: readonly Edit[]): string {
  let text = source
  for (const { at, until, text: value } of [...edits].sort((a, b) => b.at - a.at))
    text = text.slice(0, at) + value + text.slice(until)
  return text
}
