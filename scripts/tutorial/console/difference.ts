// What a command should have printed beside what it printed, for the author who has to mend one of them.

import { diffArrays } from 'diff'
import { isDots, lineMatches, linesOf } from '../console.ts'

const mostLines = 60

/** Lines with `-` are in the prose only, those with `+` were printed only; the others are in both. */
export function difference(expected: string, printed: string): string {
  const parts = diffArrays(linesOf(expected), linesOf(printed), {
    comparator: (wanted, found) => !isDots(wanted) && lineMatches(wanted, found),
  })
  const lines = parts.flatMap(({ added, removed, value }) =>
    value.map((line) => `${added ? '+' : removed && !isDots(line) ? '-' : ' '} ${line}`.trimEnd()),
  )
  const shown = lines.slice(0, mostLines)
  const rest = lines.length - shown.length
  return [...shown, ...(rest > 0 ? [`  (and ${rest} lines more)`] : [])].join('\n')
}
