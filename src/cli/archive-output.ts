// Where an archive goes: to a file, which is there as a whole or not at all, or to standard output, but not to a terminal.

import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { isatty } from 'node:tty'
import { UserError } from '../container/user-error.ts'

/**
 * Take a place for the archive before it is begun.
 * @param verb `save`, `export`: what is refused to a terminal
 * @returns writes the pieces, to the end
 * @throws UserError in Docker's words
 */
export function archiveOutput(
  output: string | undefined,
  verb: string,
): (pieces: Iterable<Uint8Array>) => void {
  if (output !== undefined && output !== '') return fileOutput(output)
  if (isatty(1))
    throw new UserError(`cowardly refusing to ${verb} to a terminal. Use the -o flag or redirect`)
  return (pieces) => {
    for (const piece of pieces) writeAll(1, piece)
  }
}

function fileOutput(path: string): (pieces: Iterable<Uint8Array>) => void {
  const directory = dirname(path)
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`invalid output path: directory "${directory}" does not exist`)
  const existing = statSync(path, { throwIfNoEntry: false })
  if (existing?.isDirectory()) throw new UserError(`invalid output path: "${path}" is a directory`)
  // a device or a fifo is written to, and not replaced
  const isSpecial = existing !== undefined && !existing.isFile()
  const temporary = isSpecial ? path : `${path}.${process.pid}.tmp`
  return (pieces) => {
    const fd = openSync(temporary, isSpecial ? 'w' : 'wx', 0o600)
    let isDone = false
    const forget = () => !isDone && !isSpecial && rmSync(temporary, { force: true })
    // Ctrl-C, too, leaves no half archive
    const stop = () => {
      forget()
      process.exit(130)
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    try {
      for (const piece of pieces) writeAll(fd, piece)
      if (!isSpecial) renameSync(temporary, path)
      isDone = true
    } finally {
      closeSync(fd)
      forget()
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
    }
  }
}

/** write(2) may take a part only, and a pipe that somebody made non-blocking nothing for a while. */
function writeAll(fd: number, piece: Uint8Array): void {
  for (let done = 0; done < piece.length; ) {
    try {
      done += writeSync(fd, piece, done)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') throw new UserError('the reader of the archive has gone away: it is not complete')
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}
