// Text for people, written at once: nothing waits in a buffer while a container writes to the same place, and the
// descriptors stay as they were for it (Node's own streams make pipes non-blocking).

import { writeSync } from 'node:fs'
import { isTerminal } from '../container/terminal.ts'
import { UserError } from '../container/user-error.ts'

export function out(text: string): void {
  write(1, `${harmless(1, text)}\n`)
}

/** The same with colours of our own in it, and nothing that a stranger chose. */
export function coloured(text: string): void {
  write(1, `${text}\n`)
}

export function err(text: string): void {
  write(2, `${harmless(2, text)}\n`)
}

/**
 * In a label, a variable or a message may stand what a stranger chose, and it must not steer the terminal of whoever looks
 * at it: control characters are named, but for those between lines and columns. Programs that read us get them as they are.
 */
function harmless(fd: 1 | 2, text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is they that are looked for
  const shown = text.replaceAll(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, named)
  return shown !== text && isTerminal(fd) ? shown : text
}

/** `\x1b` for the escape character. */
export function named(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

export function write(fd: 1 | 2, text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // the reader is gone: `gocker ps | head -1`
      if (code === 'EPIPE') process.exit(0)
      if (code === 'EAGAIN') continue
      // nobody could be told that errors cannot be told
      if (fd === 2) return
      throw unwritten(error as NodeJS.ErrnoException)
    }
  }
}

/** It is not our own disk that is full: `gocker ps > /dev/full`. */
function unwritten({ code, message }: NodeJS.ErrnoException): UserError {
  const why = message.replace(/^E[A-Z]+: /, '').replace(/, write$/, '')
  return new UserError(
    `cannot write to the standard output: ${code === 'EBADF' ? 'it is closed' : why}\nWhere does it go to? Not all of what there was to say has come there.`,
    1,
  )
}
