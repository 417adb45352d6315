// An error, as vitest reports it, in the words that help the one who made it: no stack, no frame, no names of tools.

import { basename } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** What is used here of vitest's TestError. */
export interface ReportedError {
  readonly name?: string
  readonly message: string
  readonly diff?: string
  readonly stacks?: readonly { readonly file: string; readonly line: number }[]
}

export function inPlainWords(error: ReportedError, timeout: number): string {
  const message = stripVTControlCharacters(error.message).trim()
  if (/^(Test|Hook) timed out in/.test(message))
    return `This has not come to an end within ${timeout / 1000} seconds. Does something wait for what never comes?`
  const [, , problem, line] =
    /^(Transform failed|Parse failure)[\s\S]*?\[PARSE_ERROR\] (.+)[\s\S]*?:(\d+):\d+ \]/.exec(message) ?? []
  if (problem !== undefined)
    return `Line ${line} is not TypeScript: ${problem.replace('`EOF`', 'the end of the file')}.`
  if (/^Cannot find module '\.\/exercise\.ts'/.test(message))
    return 'exercise.ts is gone. A reset puts it back as it was shipped.'
  if (/^process\.exit unexpectedly called/.test(message))
    return `process.exit() was called${place(error)}, and that would end the check too. Return or throw instead.`
  if (error.name === 'AssertionError') return withDifference(withoutJargon(message), error.diff)
  const missing = /^(\w+) is not a function$/.exec(message)?.[1]
  if (missing !== undefined && basename(error.stacks?.[0]?.file ?? '') !== 'exercise.ts')
    return `exercise.ts exports no function ${missing}.`
  // where a program has stumbled is worth knowing; an error that is thrown in words is enough
  const hasStumbled = /^(Type|Reference|Range|Syntax)Error$/.test(error.name ?? '')
  return hasStumbled ? `${error.name}: ${message}${place(error)}` : message
}

function place(error: ReportedError): string {
  const frame = error.stacks?.find(({ file }) => basename(file) === 'exercise.ts')
  return frame ? ` (exercise.ts, line ${frame.line})` : ''
}

function withoutJargon(message: string): string {
  return message
    .replace(/ \/\/ Object\.is equality$/, '')
    .replace(/ to (deeply|strictly) equal /, ' to be ')
    .replace(
      /expected \[Function[^\]]*\] to throw an error$/,
      'an error should have been thrown, and was not',
    )
    .replace(/(?<=[[{ ])\+0(?=[,\]} ]|$)/gm, '0')
    .replace(/'([^'\n]*)'/g, '‘$1’')
}

/** Where the values are too long for one line, the lines in which they differ say more. */
function withDifference(message: string, diff: string | undefined): string {
  const lines = stripVTControlCharacters(diff ?? '').split('\n')
  const differing = lines.filter((line) => /^[-+] /.test(line) && !/^[-+] (Expected|Received)\b/.test(line))
  if (!/\[ Array\(|…/.test(message) || differing.length === 0 || differing.length > 8) return message
  return [
    message,
    ...differing.map((line) => line.replace(/^- +/, 'wanted  ').replace(/^\+ +/, 'is      ')),
  ].join('\n')
}
