// A person beside a container that has a supervisor: keys, signals and the size of the window go in, output comes out.

import { once } from 'node:events'
import { nothingLeaves, watchFor } from '../container/detach-keys.ts'
import { followWindow, handOnKeys, holdRaw } from '../container/own-terminal.ts'
import { forwardSignals } from '../container/signals.ts'
import { windowSize } from '../container/terminal.ts'
import type { Conversation, Listener } from './conversation.ts'

export interface AttendOptions {
  /** Set the container going, when all is ready for what it writes. @returns its first process */
  readonly begin: () => Promise<number>
  readonly tty: boolean
  /** Our input goes in. */
  readonly interactive: boolean
  /** The signals that we get go in. */
  readonly signals: boolean
  /** With a terminal: the keys that leave it. */
  readonly keys: Buffer
  /** Called when the container is killed, as the person asked three times for its end. */
  readonly impatient: () => void
}

/** What is heard goes to our own output and errors. */
export function toOurs(notice: (message: string) => void): Listener {
  return {
    notice,
    output: (bytes, stream) => {
      const to = stream === 'stdout' ? process.stdout : process.stderr
      if (to.write(bytes)) return undefined
      return once(to, 'drain').then(() => {})
    },
  }
}

/**
 * Stay until the container has ended, or the person leaves. Whatever happens, the terminal is as before then.
 * @returns the exit code, 'detached', or undefined if the supervisor is gone
 */
export async function attend(
  { ended, input, endInput, resize }: Conversation,
  { begin, tty, interactive, signals, keys, impatient }: AttendOptions,
): Promise<number | 'detached' | undefined> {
  using back = new DisposableStack()
  const left = Promise.withResolvers<'detached'>()
  const leave = () => left.resolve('detached')
  // from here on what the container writes comes to a terminal that changes nothing of it
  if (interactive && tty) holdRaw(back)
  // whoever read our output is gone: what the container writes is in its log
  process.stdout.on('error', leave)
  const pid = await begin()
  if (interactive) {
    // a terminal has no end, unless it was closed: then nobody is there any more, and the container goes on
    const over = process.stdin.isTTY ? leave : endInput
    handOnKeys(back, tty ? watchFor(keys) : nothingLeaves, { input, over, leave })
  }
  if (signals) back.defer(forwardSignals(pid, impatient).stop)
  if (tty) {
    followWindow(back, resize)
    resize(windowSize())
  }
  // the stack is unwound when this has come to a result
  return await Promise.race([ended, left.promise])
}
