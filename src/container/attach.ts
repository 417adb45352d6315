// Between the person's terminal and the container's, whose master end is ours: every key goes in as it is pressed, every byte
// comes out as it was written. The person's terminal is put back whatever happens. pty(7)

import { ReadStream } from 'node:tty'
import { attempt } from '../syscall/call.ts'
import { nothingLeaves, type Watch } from './detach-keys.ts'
import { followWindow, handOnKeys, holdRaw } from './own-terminal.ts'
import { resize } from './terminal.ts'

export interface Attached {
  /** Resolves when the last program in the container has let go of its terminal. */
  readonly finished: Promise<void>
  /** Resolves when the person has left. */
  readonly left: Promise<void>
  /** Give our own terminal back as it was. */
  readonly restore: () => void
}

/**
 * Connect our standard input and output with the terminal behind `master`, which is closed at the end.
 * @param interactive our input goes in
 * @param watch looks for the keys by which a person leaves; without it nobody does
 */
export function attach(
  master: number,
  interactive: boolean,
  watch: (typed: Buffer) => Watch = nothingLeaves,
): Attached {
  const back = new DisposableStack()
  const container = new ReadStream(master)
  const left = Promise.withResolvers<void>()
  const finished = new Promise<void>((resolve) => {
    container.once('close', resolve)
    // a terminal whose other end is closed says EIO: it is the end of the file here
    container.on('error', () => resolve())
  })
  container.on('data', (bytes) => process.stdout.write(bytes))
  followWindow(back, (size) => void attempt(resize(master, size)))
  if (interactive) {
    holdRaw(back)
    handOnKeys(back, watch, {
      input: (bytes) => container.write(bytes),
      // the terminal's own way to say that there is no more
      over: () => container.write('\x04'),
      leave: left.resolve,
    })
  }
  return { finished, left: left.promise, restore: () => back.dispose() }
}
