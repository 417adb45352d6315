// Tables as Docker prints them: columns as wide as their widest cell, three blanks between.

/** @param rows the first one holds the headings */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(column === row.length - 1 ? 0 : widths[column]! + 3))
        .join('')
        .trimEnd(),
    )
    .join('\n')
}

/** Cut long text, with a mark that it was cut. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
