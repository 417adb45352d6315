// Exercise 10-3: how processes have ended that were never our children.

import { attempt, call } from '../../../../src/syscall/call.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { errnoNumber } from '../../../../src/syscall/errno.ts'
import { prctl, wait4 } from '../../../../src/syscall/process.ts'
import { decode, exitCode } from '../../../../src/syscall/wait.ts'

/** @returns the exit codes of all that `start` has set going, by process id */
export function exitCodesOf(start: () => number): Map<number, number> {
  call(prctl(C.PR_SET_CHILD_SUBREAPER, 1))
  try {
    start()
    const codes = new Map<number, number>()
    for (;;) {
      const status = new Int32Array(1)
      const pid = attempt(wait4(-1, new Uint8Array(status.buffer), 0))
      if (pid === -errnoNumber('ECHILD')) return codes
      if (pid > 0) codes.set(pid, exitCode(decode(status[0]!)))
    }
  } finally {
    call(prctl(C.PR_SET_CHILD_SUBREAPER, 0))
  }
}
