// Reading the files of a group.

import { readFileSync } from 'node:fs'
import { CgroupError } from './error.ts'

/** The content of a file, without the line's end; undefined if it is not there. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    // ENODEV: the group was removed while we were reading
    if (code === 'ENOENT' || code === 'ENODEV') return undefined
    if (code === 'EOPNOTSUPP') return undefined
    throw new CgroupError(`Cannot read ${file}: ${(error as Error).message}`, { cause: error })
  }
}

/** A file that holds one number. */
export function readNumber(file: string): number | undefined {
  const text = readText(file)
  return text === undefined ? undefined : Number(text)
}

/** A number from a file with lines of a key and a value, as memory.events; 0 if it is not there. */
export function readKey(file: string, key: string): number {
  const line = readText(file)
    ?.split('\n')
    .find((one) => one.startsWith(`${key} `))
  return line === undefined ? 0 : Number(line.slice(key.length + 1))
}

/** The sum of the numbers that `pattern` finds: one line for each disk. undefined if there is no such file. */
export function sumOf(text: string | undefined, pattern: RegExp): number | undefined {
  if (text === undefined) return undefined
  return [...text.matchAll(pattern)].reduce((sum, [, number]) => sum + Number(number), 0)
}
