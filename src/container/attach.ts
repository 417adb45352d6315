// Between the person's terminal and the container's: every key goes in as it is pressed, every byte comes out as it
// was written. For that the person's terminal is put into raw mode, and put back whatever happens. termios(3)

import { ReadStream } from 'node:tty'
import { attempt } from '../syscall/call.ts'
import { makeRaw } from './raw-mode.ts'
import { resize, windowSize } from './terminal.ts'

/**
 * Connect our standard input and output with the terminal behind `master`, which is closed at the end.
 * @returns `finished` resolves when the last program in the container has let go of its terminal; `restore` gives
 *   our own terminal back as it was
 */
export function attach(
  master: number,
  interactive: boolean,
): { finished: Promise<void>; restore: () => void } {
  const container = new ReadStream(master)
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
    process.stdin.on('data', (bytes) => container.write(bytes))
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
  return { finished, restore }
}
