// A command on several things does what it can: what fails is told, and does not keep the rest from being done.

import { UserError } from '../container/user-error.ts'
import { explained } from './explained.ts'
import { err, out } from './print.ts'

/** What was to be removed is not there: told, and no failure where it was forced. */
export class MissingAnyway extends UserError {}

/**
 * Do `work` for each name and print what it returns, in order; the exit status is 1 if any failed.
 * @param summary what to say at the end of those that failed
 */
export async function forEachName(
  names: readonly string[],
  work: (name: string) => string | Promise<string>,
  summary?: (failed: readonly string[]) => string,
): Promise<void> {
  const failed: string[] = []
  for (const name of names) {
    try {
      out(await work(name))
    } catch (error) {
      err(`gocker: ${error instanceof Error ? explained(error) : String(error)}`)
      failed.push(name)
      if (!(error instanceof MissingAnyway)) process.exitCode = 1
    }
  }
  if (summary && failed.length > 0) err(`gocker: ${summary(failed)}`)
}
