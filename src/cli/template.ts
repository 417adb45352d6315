// Templates as `{{range .Mounts}}{{.Type}} {{end}}`, filled in with the fields of a value: the actions and functions of
// Go's text/template, and those that Docker adds. Source: docs.docker.com/engine/cli/formatting

import { type Node, type Pipe, parseTemplate, TemplateError, type Term } from './template-parse.ts'

/** A field that wants an argument, as {{.Label "app"}}. */
export type Method = (...args: readonly unknown[]) => unknown

/** The template asks for something that is not there. */
export class FillError extends Error {}

interface Scope {
  readonly dot: unknown
  readonly variables: ReadonlyMap<string, unknown>
}

/**
 * Fill a template with the fields of `data`.
 * @throws TemplateError if it is no template, FillError if there is no such field, in Go's words
 */
export function fillTemplate(template: string, data: unknown): string {
  return filled(parseTemplate(template), { dot: data, variables: new Map([['$', data]]) })
}

function filled(nodes: readonly Node[], outer: Scope): string {
  // what is set in a block is known until its end
  let scope = outer
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text
      const value = evaluate(node.pipe, scope)
      const inner = declared(node, scope, value)
      if (node.kind === 'action') {
        scope = inner
        return node.pipe.variables.length > 0 ? '' : shown(value)
      }
      if (node.kind === 'range') return ranged(node, scope, value)
      if (!isTrue(value)) return filled(node.otherwise, scope)
      return filled(node.body, node.kind === 'with' ? { ...inner, dot: value } : inner)
    })
    .join('')
}

function declared({ pipe }: Exclude<Node, { kind: 'text' }>, scope: Scope, value: unknown): Scope {
  const [name] = pipe.variables
  return name === undefined ? scope : { ...scope, variables: new Map(scope.variables).set(name, value) }
}

function ranged(node: Exclude<Node, { kind: 'text' | 'action' }>, scope: Scope, value: unknown): string {
  const entries: (readonly [unknown, unknown])[] = Array.isArray(value)
    ? value.map((one, i) => [i, one] as const)
    : typeof value === 'object' && value !== null
      ? sortedEntries(value)
      : []
  if (entries.length === 0) return filled(node.otherwise, scope)
  const names = node.pipe.variables
  return entries
    .map(([key, one]) => {
      const variables = new Map(scope.variables)
      if (names.length === 2) variables.set(names[0]!, key)
      if (names.length > 0) variables.set(names.at(-1)!, one)
      return filled(node.body, { dot: one, variables })
    })
    .join('')
}

function evaluate({ commands }: Pipe, scope: Scope): unknown {
  return commands.reduce<unknown>((before, [first, ...rest], i) => {
    const args = [...rest.map((term) => resultOf(term, scope, [])), ...(i === 0 ? [] : [before])]
    return resultOf(first!, scope, args)
  }, undefined)
}

function resultOf(term: Term, scope: Scope, args: readonly unknown[]): unknown {
  switch (term.kind) {
    case 'value':
      return term.value
    case 'function': {
      const work = ownField(functions, term.name) as Method | undefined
      if (!work) throw new TemplateError(`template: :1: function "${term.name}" not defined`)
      return work(...args)
    }
    case 'fields':
      return fieldOf(term, scope, args)
  }
}

function fieldOf(term: Term & { kind: 'fields' }, scope: Scope, args: readonly unknown[]): unknown {
  const { of, names, text, at } = term
  const start =
    of === undefined ? scope.dot : typeof of === 'string' ? variable(of, scope) : evaluate(of, { ...scope })
  const found = names.reduce<unknown>((value, name, i) => {
    const next = ownField(value, name)
    if (next !== undefined) return next
    // known, and not set: what is a pointer in Go
    if (i === names.length - 1 && isKnown(value, name)) return null
    const why =
      value === null || value === undefined
        ? `nil data; no entry for key "${name}"`
        : typeof value === 'object' && !Array.isArray(value)
          ? `map has no entry for key "${name}"`
          : `can't evaluate field ${name} in type ${Array.isArray(value) ? '[]interface {}' : typeof value}`
    throw new FillError(`template: :1:${at}: executing "" at <${text}>: ${why}`)
  }, start)
  return typeof found === 'function' ? (found as Method)(...args) : found
}

function variable(name: string, { variables }: Scope): unknown {
  if (!variables.has(name)) throw new TemplateError(`template: :1: undefined variable "${name}"`)
  return variables.get(name)
}

type Values = Readonly<Record<string, unknown>>

/** What every object of JavaScript has besides its fields is none. */
function ownField(value: unknown, name: string): unknown {
  return isKnown(value, name) ? (value as Values)[name] : undefined
}

function isKnown(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
}

function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

const text = (value: unknown) => (typeof value === 'string' ? value : shown(value))

const functions: Readonly<Record<string, Method>> = {
  json: (value) => JSON.stringify(value) ?? 'null',
  upper: (value) => text(value).toUpperCase(),
  lower: (value) => text(value).toLowerCase(),
  title: (value) => text(value).replaceAll(/(?<![\w'])\w/g, (letter) => letter.toUpperCase()),
  join: (list, between) => (list as unknown[] | null)?.map(text).join(text(between)) ?? '',
  split: (value, between) => text(value).split(text(between)),
  truncate: (value, length) => [...text(value)].slice(0, Number(length)).join(''),
  pad: (value, before, after) =>
    text(value) === '' ? '' : ' '.repeat(Number(before)) + text(value) + ' '.repeat(Number(after)),
  len: (value) =>
    typeof value === 'string' ? Buffer.byteLength(value) : Object.keys((value as object | null) ?? {}).length,
  index: (value, ...keys) => keys.reduce(indexed, value),
  slice: (value, from, to) =>
    (value as string | unknown[]).slice(Number(from ?? 0), to === undefined ? undefined : Number(to)),
  print: (...values) => values.map(shown).join(''),
  println: (...values) => `${values.map(shown).join(' ')}\n`,
  printf: (format, ...values) => formatted(text(format), values),
  html: (value) => text(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  urlquery: (value) => encodeURIComponent(text(value)),
  not: (value) => !isTrue(value),
  and: (...values) => values.find((value) => !isTrue(value)) ?? values.at(-1),
  or: (...values) => values.find(isTrue) ?? values.at(-1),
  eq: (value, ...others) => others.some((other) => other === value),
  ne: (value, other) => value !== other,
  lt: (value, other) => (value as number) < (other as number),
  le: (value, other) => (value as number) <= (other as number),
  gt: (value, other) => (value as number) > (other as number),
  ge: (value, other) => (value as number) >= (other as number),
}

/** What is not in a map of texts is the empty text there, as in Go. */
function indexed(value: unknown, key: unknown): unknown {
  if (value === null || typeof value !== 'object') return undefined
  const found = ownField(value, String(key))
  if (found === undefined && Array.isArray(value))
    throw new FillError(`template: :1: error calling index: index out of range: ${key}`)
  return found ?? (Object.values(value).every((one) => typeof one === 'string') ? '' : undefined)
}

/** `%s`, `%d`, `%v`, `%q`, `%t`, `%x` and `%f`, with a width, and `%%`. */
function formatted(format: string, values: readonly unknown[]): string {
  const left = [...values]
  return format.replaceAll(
    /%(-?)(0?)(\d*)(?:\.(\d+))?([sdvqtxf%])/g,
    (_, minus, zero, width, digits, verb) => {
      if (verb === '%') return '%'
      const value = left.shift()
      const shape: Readonly<Record<string, () => string>> = {
        q: () => JSON.stringify(text(value)),
        x: () => (typeof value === 'number' ? value.toString(16) : Buffer.from(text(value)).toString('hex')),
        f: () => Number(value).toFixed(digits === undefined ? 6 : Number(digits)),
      }
      // of a text, the digits behind the dot say how many characters of it at most
      const most = digits === undefined || typeof value === 'number' ? undefined : Number(digits)
      const done = shape[verb]?.() ?? [...shown(value)].slice(0, most).join('')
      return minus === '-' ? done.padEnd(Number(width)) : done.padStart(Number(width), zero || ' ')
    },
  )
}

function sortedEntries(value: object): [string, unknown][] {
  const set = Object.entries(value).filter(([, one]) => one !== undefined)
  return set.sort(([a], [b]) => (a < b ? -1 : 1))
}

/** As Go prints values; what only says that a key is there, as in Config.ExposedPorts, is a struct without fields. */
function shown(value: unknown, isInner: unknown = false): string {
  if (value === null) return '<nil>'
  if (value === undefined) return '<no value>'
  if (Array.isArray(value)) return `[${value.map((one) => shown(one, true)).join(' ')}]`
  if (typeof value !== 'object') return String(value)
  const entries = sortedEntries(value)
  if (entries.length === 0 && isInner === true) return '{}'
  return `map[${entries.map(([key, one]) => `${key}:${shown(one, true)}`).join(' ')}]`
}
