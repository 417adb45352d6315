// Environment variables from the command line and from files, as Docker reads them.

import { readFileSync } from 'node:fs'
import { UserError } from '../container/user-error.ts'

/**
 * `KEY=value` is set; `KEY` alone takes the value that it has here, and is taken away if it has none. Those of the
 * command line come after those of the files.
 * @returns `KEY=value` and `KEY`
 */
export function readEnvironment(
  files: readonly string[],
  given: readonly string[],
  own: NodeJS.ProcessEnv = process.env,
): string[] {
  const lines = files.flatMap((file) => linesOf(file))
  return [...lines, ...given].map((text) => {
    if (text === '' || text.startsWith('=')) throw new UserError(`invalid environment variable: ${text}`, 125)
    if (text.includes('=')) return text
    return own[text] === undefined ? text : `${text}=${own[text]}`
  })
}

/** The lines `KEY=value` and `KEY` of a file, without comments. @throws UserError in Docker's words */
export function linesOf(file: string): string[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(
      `open ${file}: ${(error as Error).message.replace(/^\w+: /, '').replace(/,.*/, '')}`,
      125,
    )
  }
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const name = line.split('=', 1)[0]!
      if (/\s/.test(name))
        throw new UserError(
          `poorly formatted environment: variable '${name}' contains whitespaces (in ${file})`,
          125,
        )
      return line
    })
}
