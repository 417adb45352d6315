// While a program runs in a container: stand between it and the person who started it.

import { type End, wait } from '../syscall/wait.ts'
import type { Leave } from './attach.ts'
import type { Launched } from './launch.ts'
import { forwardSignals } from './signals.ts'
import { pump, type Stdio } from './stdio.ts'

/**
 * Carry input, output and signals until the program has ended and its output is written.
 * @param interactive the program reads our input
 * @param leave with a terminal: how a person leaves a program that goes on
 * @returns its end; 'detached' if the person has left
 * @param impatient called when the program is killed, as the person asked three times for its end
 */
export async function accompany(
  launched: Launched,
  stdio: Stdio,
  interactive: boolean,
  impatient?: () => void,
): Promise<End>
export async function accompany(
  launched: Launched,
  stdio: Stdio,
  interactive: boolean,
  impatient: (() => void) | undefined,
  leave: Leave | undefined,
): Promise<End | 'detached'>
export async function accompany(
  { pid, master }: Launched,
  stdio: Stdio,
  interactive: boolean,
  impatient: () => void = () => {},
  leave?: Leave,
): Promise<End | 'detached'> {
  const signals = forwardSignals(pid, impatient)
  const terminal =
    master === undefined ? undefined : (await import('./attach.ts')).attach(master, interactive, leave)
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
