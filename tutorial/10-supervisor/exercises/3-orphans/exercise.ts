// Exercise 10-3: how processes have ended that were never our children.

import { attempt, call } from '../../../../src/syscall/call.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { prctl, wait4 } from '../../../../src/syscall/process.ts'
import { decode, exitCode } from '../../../../src/syscall/wait.ts'

/** @returns the exit codes of all that `start` has set going, by process id */
export function exitCodesOf(start: () => number): Map<number, number> {
  // TODO: ask for the orphans of those below us, before there are any: prctl(2).
  const first = start()
  // TODO: wait for whoever ends, until there is nobody left. What does wait4(2) say then?
  // decode(status) says what the status word means, and exitCode(end) the number that a shell shows for it.
  // TODO: and do not keep what you have asked for.
  throw new Error(`TODO: exitCodesOf does not wait for anybody yet, not even for process ${first}`)
}
