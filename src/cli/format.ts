// `--format`: a table, JSON for programs, or a template in the notation of Go (template.ts).

import { UserError } from '../container/user-error.ts'
import { table } from './table.ts'
import { FillError, fillTemplate, type Method } from './template.ts'
import { TemplateError } from './template-parse.ts'

export type Row = Readonly<Record<string, string | Method>>

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
      ...rows.map((row) => columns.map((c) => String(row[c.field] ?? ''))),
    ])
  }
  const sorted = rows.map(inOrder)
  if (format === 'json') return sorted.map((row) => JSON.stringify(row)).join('\n')
  const lineOf = (template: string, row: Row) => explained(template, row, rowErrors)
  if (!format.startsWith('table ')) return sorted.map((row) => lineOf(format, row)).join('\n')
  const template = format.slice('table '.length)
  const heading = (field: string) => columns.find((c) => c.field === field)?.heading ?? field.toUpperCase()
  const headings = Object.fromEntries(
    [...Object.keys(rows[0] ?? {}), ...columns.map((c) => c.field)].map((field) => [
      field,
      typeof rows[0]?.[field] === 'function' ? (name: unknown) => String(name) : heading(field),
    ]),
  )
  return table([headings, ...sorted].map((row) => lineOf(template, row).split('\t')))
}

/** As Go writes a map. */
function inOrder(row: Row): Row {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))
}

interface Errors {
  readonly parsing: (why: string) => UserError
  readonly filling: (why: string) => UserError
}

const rowErrors: Errors = {
  parsing: (why) => new UserError(`failed to parse template: ${why}`),
  filling: (why) => new UserError(`failed to execute template: ${why}`),
}

const inspectErrors: Errors = {
  parsing: (why) => new UserError(`template parsing error: ${why}`, 64),
  filling: (why) => new UserError(`template parsing error: ${why}`),
}

/** Fill a template with the fields of `data`. @throws UserError in Docker's words */
export function fill(template: string, data: unknown): string {
  return explained(template, data, inspectErrors)
}

function explained(template: string, data: unknown, errors: Errors): string {
  try {
    return fillTemplate(template.replaceAll('\\t', '\t').replaceAll('\\n', '\n'), data)
  } catch (error) {
    if (error instanceof TemplateError) throw errors.parsing(error.message)
    if (error instanceof FillError) throw errors.filling(error.message)
    throw error
  }
}
