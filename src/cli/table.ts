// Tables as Docker prints them: columns as wide as their widest cell and three blanks, and ten at least.

import { named } from './print.ts'

/** @param given the first row holds the headings */
export function table(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(printable))
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(column === row.length - 1 ? 0 : Math.max(widths[column]! + 3, 10)))
        .join('')
        .trimEnd(),
    )
    .join('\n')
}

/** What a container chose as a name must not steer the terminal that it is shown on: control characters are named. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, named)
}

/** Cut long text, with a mark that it was cut. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
