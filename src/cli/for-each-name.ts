// A command on several things does what it can: what fails is told, and does not keep the rest from being done.

import { err, out } from './print.ts'

/** Do `work` for each name and print what it returns; the exit status is 1 if any failed. */
export function forEachName(names: readonly string[], work: (name: string) => string): void {
  for (const name of names) {
    try {
      out(work(name))
    } catch (error) {
      err(`gocker: ${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    }
  }
}
