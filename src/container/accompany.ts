// While a program runs in a container: stand between it and the person who started it.

import { type End, wait } from '../syscall/wait.ts'
import type { Watch } from './detach-keys.ts'
import type { Launched } from './launch.ts'
import { forwardSignals } from './signals.ts'
import { pump, type Stdio } from './stdio.ts'

export interface AccompanyOptions {
  /** The program reads our input. */
  readonly interactive: boolean
  /** Called when the program is killed, as the person asked three times for its end. */
  readonly impatient?: () => void
}

export interface Leaving {
  /** With a terminal: looks for the keys by which a person leaves a program that goes on. */
  readonly watch: ((typed: Buffer) => Watch) | undefined
}

/**
 * Carry input, output and signals until the program has ended and its output is written.
 * @returns its end; 'detached' if the person has left
 */
export async function accompany(launched: Launched, stdio: Stdio, options: AccompanyOptions): Promise<End>
export async function accompany(
  launched: Launched,
  stdio: Stdio,
  options: AccompanyOptions & Leaving,
): Promise<End | 'detached'>
export async function accompany(
  { pid, master }: Launched,
  stdio: Stdio,
  { interactive, impatient = () => {}, watch }: AccompanyOptions & Partial<Leaving>,
): Promise<End | 'detached'> {
  const signals = forwardSignals(pid, impatient)
  const terminal =
    master === undefined ? undefined : (await import('./attach.ts')).attach(master, interactive, watch)
  try {
    const ended = wait(pid)
    const left = terminal?.left.then(() => 'detached' as const)
    const over = (terminal?.finished ?? pump(stdio, ended)).then(() => ended)
    return await (left === undefined ? over : Promise.race([over, left]))
  } finally {
    terminal?.restore()
    signals.stop()
  }
}
