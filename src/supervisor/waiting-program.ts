// The calls of a program of a few hundred bytes that waits, and then becomes another program (program.ts). It holds what a
// supervisor holds, the parent's place and the open descriptors, and needs 20 KB for it instead of Node's 14 MB.

import * as C from '../syscall/constants.ts'
import { ppoll } from '../syscall/file.ts'
import { execve } from '../syscall/process.ts'
import { allowing, oneOf, type Syscall, syscall } from '../syscall/syscall.ts'

/** The calls of the program: a name for ps(1), the wait, and the next program. */
export function waitingCalls(
  fds: readonly number[],
  milliseconds: number | undefined,
  next: readonly string[],
  env: readonly string[],
): Syscall[] {
  return [
    syscall('prctl', oneOf('PR_', C.PR_SET_NAME), 'gocker', 0, 0, 0),
    // a signal that nobody handles may end the wait: then there is nothing to see, and the next program waits again
    allowing('EINTR', ppoll(fds, milliseconds)),
    execve(next[0]!, next, env),
  ]
}
