// Between the person's terminal and the container's: every key goes in as it is pressed, every byte comes out as it
// was written. For that the person's terminal is put into raw mode, and put back whatever happens. termios(3)

import { ReadStream } from 'node:tty'
import { attempt } from '../syscall/call.ts'
import { makeRaw } from './raw-mode.ts'
import { resize, windowSize } from './terminal.ts'

/** Looks at what is typed: what of it goes on to the program, and whether the person wants to leave. */
export type Leave = (typed: Buffer) => { readonly pass: Buffer; readonly detached: boolean }

/**
 * Connect our standard input and output with the terminal behind `master`, which is closed at the end.
 * @param leave how a person leaves: without it only with the program
 * @returns `finished` resolves when the last program in the container has let go of its terminal, `left` when the person
 *   has; `restore` gives our own terminal back as it was
 */
export function attach(
  master: number,
  interactive: boolean,
  leave?: Leave,
): { finished: Promise<void>; left: Promise<void>; restore: () => void } {
  const container = new ReadStream(master)
  const left = Promise.withResolvers<void>()
  const finished = new Promise<void>((resolve) => {
    container.once('close', resolve)
    // a terminal whose other end is closed says EIO: it is the end of the file here
    container.on('error', () => resolve())
  })
  container.on('data', (bytes) => process.stdout.write(bytes))
  const follow = () => void attempt(resize(master, windowSize()))
  process.on('SIGWINCH', follow)
  const unraw = interactive ? makeRaw(0) : () => {}
  if (interactive) {
    process.stdin.on('data', (bytes) => {
      const { pass, detached } = leave?.(bytes) ?? { pass: bytes, detached: false }
      if (pass.length > 0) container.write(pass)
      if (detached) left.resolve()
    })
    // no more input: the terminal's own way to say so is Ctrl-D
    process.stdin.once('end', () => container.write('\x04'))
    process.stdin.unref()
  }
  const restore = () => {
    process.off('SIGWINCH', follow)
    unraw()
    if (interactive) process.stdin.pause()
  }
  // also when we end by an error of our own
  process.once('exit', restore)
  return { finished, left: left.promise, restore }
}
