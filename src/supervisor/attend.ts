// A person beside a container that has a supervisor: keys, signals and the size of the window go in, output comes out.

import { once } from 'node:events'
import { makeRaw } from '../container/raw-mode.ts'
import { forwardSignals } from '../container/signals.ts'
import { windowSize } from '../container/terminal.ts'
import type { Conversation, Listener } from './conversation.ts'
import { type Watch, watchFor } from './detach-keys.ts'

export interface AttendOptions {
  /** Set the container going, when all is ready for what it writes. @returns its first process */
  readonly begin: () => Promise<number>
  readonly tty: boolean
  /** Our input goes in. */
  readonly interactive: boolean
  readonly signals: boolean
  /** With a terminal: the keys that leave it. */
  readonly keys: Buffer
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
  conversation: Conversation,
  { begin, tty, interactive, signals, keys, impatient }: AttendOptions,
): Promise<number | 'detached' | undefined> {
  using back = new DisposableStack()
  const left = Promise.withResolvers<'detached'>()
  // from here on what the container writes comes to a terminal that changes nothing of it
  if (interactive && tty) holdRaw(back)
  // whoever read our output is gone: what the container writes is in its log
  process.stdout.on('error', () => left.resolve('detached'))
  const pid = await begin()
  if (interactive) handOnKeys(back, conversation, tty ? watchFor(keys) : everything, left.resolve)
  if (signals) back.defer(forwardSignals(pid, impatient).stop)
  if (tty) followWindow(back, conversation)
  // the stack is unwound when this has come to a result
  return await Promise.race([conversation.ended, left.promise])
}

/** Those that end a program that does not listen to them. */
const deadly = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const

/** Put our terminal into raw mode. It is given back when `back` is unwound, when we end, and when a signal ends us. */
function holdRaw(back: DisposableStack): void {
  const unraw = makeRaw(0)
  const endedBy = (signal: NodeJS.Signals) => {
    // somebody else knows what to do with it
    if (process.listenerCount(signal) > 1) return
    unraw()
    process.off(signal, endedBy).kill(process.pid, signal)
  }
  process.once('exit', unraw)
  for (const signal of deadly) process.on(signal, endedBy)
  back.defer(() => {
    process.off('exit', unraw)
    for (const signal of deadly) process.off(signal, endedBy)
    unraw()
  })
}

const everything = (pass: Buffer): Watch => ({ pass, detached: false })

/** What is typed goes to the container, save for the keys by which a person leaves. */
function handOnKeys(
  back: DisposableStack,
  { input, endInput }: Conversation,
  watch: (typed: Buffer) => Watch,
  leave: (how: 'detached') => void,
): void {
  const typed = (bytes: Buffer) => {
    const { pass, detached } = watch(bytes)
    if (pass.length > 0) input(pass)
    if (detached) leave('detached')
  }
  // a terminal has no end, unless it was closed: then nobody is there any more, and the container goes on
  const over = process.stdin.isTTY ? () => leave('detached') : endInput
  process.stdin.on('data', typed).once('end', over).once('error', over)
  process.stdin.unref?.()
  back.defer(() => process.stdin.off('data', typed).off('end', over).off('error', over).pause())
}

/** The container's window is as large as ours, now and whenever ours changes. */
function followWindow(back: DisposableStack, { resize }: Conversation): void {
  const follow = () => resize(windowSize())
  process.on('SIGWINCH', follow)
  back.defer(() => process.off('SIGWINCH', follow))
  follow()
}
