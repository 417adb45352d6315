// While a program runs in a container: stand between it and the person who started it.

import { type End, wait } from '../syscall/wait.ts'
import type { Launched } from './launch.ts'
import { forwardSignals } from './signals.ts'
import { pump, type Stdio } from './stdio.ts'

/**
 * Carry input, output and signals until the program has ended and its output is written.
 * @param interactive the program reads our input
 * @param impatient called when the program is killed, as the person asked three times for its end
 */
export async function accompany(
  { pid, master }: Launched,
  stdio: Stdio,
  interactive: boolean,
  impatient: () => void = () => {},
): Promise<End> {
  const signals = forwardSignals(pid, impatient)
  const terminal =
    master === undefined ? undefined : (await import('./attach.ts')).attach(master, interactive)
  try {
    const ended = wait(pid)
    await (terminal?.finished ?? pump(stdio, ended))
    return await ended
  } finally {
    terminal?.restore()
    signals.stop()
  }
}
