// The person's side of a container that has a terminal: our own terminal is put into raw mode, what is typed goes in, and the
// container's window is as large as ours. Each part is undone when the stack that it is given is unwound. termios(3)
//
// It makes no difference here who holds the other end, the terminal's master: we (attach.ts), or a supervisor to whom we speak
// (supervisor/attend.ts).

import type { Watch } from './detach-keys.ts'
import { makeRaw } from './raw-mode.ts'
import { type WindowSize, windowSize } from './terminal.ts'

/** Those that end a program that does not listen to them. */
const deadly = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const

/** Put our terminal into raw mode. It is given back when `back` is unwound, when we end, and when a signal ends us. */
export function holdRaw(back: DisposableStack): void {
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

export interface Typist {
  /** What is typed, save for the keys by which a person leaves. */
  readonly input: (bytes: Buffer) => void
  /** No more will be typed. */
  readonly over: () => void
  /** The person has typed the keys. */
  readonly leave: () => void
}

/** Hand on what comes from our standard input, and look in it for the keys that leave. */
export function handOnKeys(
  back: DisposableStack,
  watch: (typed: Buffer) => Watch,
  { input, over, leave }: Typist,
): void {
  const typed = (bytes: Buffer) => {
    const { pass, detached } = watch(bytes)
    if (pass.length > 0) input(pass)
    if (detached) leave()
  }
  process.stdin.on('data', typed).once('end', over).once('error', over)
  // the input may go on for ever; it does not keep us. A file's stream has no such handle
  process.stdin.unref?.()
  back.defer(() => process.stdin.off('data', typed).off('end', over).off('error', over).pause())
}

/** Tell how large our window is, whenever that changes. */
export function followWindow(back: DisposableStack, resize: (size: WindowSize) => void): void {
  const follow = () => resize(windowSize())
  process.on('SIGWINCH', follow)
  back.defer(() => process.off('SIGWINCH', follow))
}
