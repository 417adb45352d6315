// `--format`: a table, JSON for programs, or a template in the notation of Go, as far as people use it on a command
// line: {{.Field}}, {{.A.B}}, {{json .}}, {{json .Field}}, {{index .A "key"}}, {{upper .X}}, {{lower .X}}.

import { UserError } from '../container/user-error.ts'
import { table } from './table.ts'

export type Row = Readonly<Record<string, string>>

/** A column: its heading, and the field that it shows. */
export interface Column {
  readonly heading: string
  readonly field: string
}

/**
 * Rows as the user wants them.
 * @param format undefined or 'table', 'json', 'table TEMPLATE', or a template
 */
export function formatRows(
  rows: readonly Row[],
  columns: readonly Column[],
  format: string | undefined,
): string {
  if (format === undefined || format === 'table') {
    return table([
      columns.map((c) => c.heading),
      ...rows.map((row) => columns.map((c) => row[c.field] ?? '')),
    ])
  }
  if (format === 'json') return rows.map((row) => JSON.stringify(row)).join('\n')
  if (!format.startsWith('table ')) return rows.map((row) => fill(format, row)).join('\n')
  const template = format.slice('table '.length).replaceAll('\\t', '\t')
  const headings = Object.fromEntries(
    Object.keys({ ...rows[0], ...Object.fromEntries(columns.map((c) => [c.field, ''])) }).map((field) => [
      field,
      columns.find((c) => c.field === field)?.heading ?? field.toUpperCase(),
    ]),
  )
  return table([headings, ...rows].map((row) => fill(template, row).split('\t')))
}

const action = /\{\{\s*(.*?)\s*\}\}/g

/** Fill a template with the fields of `data`. */
export function fill(template: string, data: unknown): string {
  return template
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n')
    .replace(action, (_, expression: string) => shown(evaluate(expression, data, template)))
}

function evaluate(expression: string, data: unknown, template: string): unknown {
  const [word, ...rest] = words(expression)
  switch (word) {
    case 'json':
      return JSON.stringify(evaluate(rest.join(' '), data, template))
    case 'upper':
      return String(evaluate(rest.join(' '), data, template)).toUpperCase()
    case 'lower':
      return String(evaluate(rest.join(' '), data, template)).toLowerCase()
    case 'index':
      return rest
        .slice(1)
        .reduce<unknown>((at, key) => member(at, key.replaceAll('"', '')), evaluate(rest[0]!, data, template))
    case undefined:
      throw new UserError(`template parsing error: missing value for command in ${template}`, 64)
    default:
      return field(word, data, template)
  }
}

function words(expression: string): string[] {
  return expression.match(/"[^"]*"|\S+/g) ?? []
}

function field(path: string, data: unknown, template: string): unknown {
  if (!path.startsWith('.'))
    throw new UserError(`template parsing error: function "${path}" not defined in ${template}`, 64)
  const names = path.split('.').filter((name) => name !== '')
  return names.reduce<unknown>((at, name) => {
    const value = member(at, name)
    if (value === undefined) throw new UserError(`template: can't evaluate field ${name} in ${template}`, 1)
    return value
  }, data)
}

function member(at: unknown, key: string): unknown {
  return typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined
}

/** As Go prints values. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return '<no value>'
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`
  if (typeof value === 'object')
    return `map[${Object.entries(value)
      .map(([k, v]) => `${k}:${shown(v)}`)
      .join(' ')}]`
  return String(value)
}
