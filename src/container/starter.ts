// The last step of a new container: the program of a stranger, which may be named so that it is ours.
//
// Until execve(2) the new process is Node, as far as /proc/self/exe tells. An image whose program is /proc/self/exe, or a script
// that begins with #!/proc/self/exe, would be Node itself with the image's libraries: these could open the file of Node by that
// name, and write into it once nobody runs it (CVE-2019-5736). So the new process first becomes a program of a few hundred bytes,
// which lies in a sealed file in memory and only has the last calls of the list to make: whoever asks for /proc/self/exe gets that.
//
// It says by a pipe that a policy is set, and why it could not become the program: the results of its execve, eight bytes each. An execve that works closes
// the pipe. runc copies itself, or mounts itself read-only, for the same reason.

import { closeSync } from 'node:fs'
import { closeAllBut } from '../syscall/child-calls.ts'
import * as C from '../syscall/constants.ts'
import { SyscallError } from '../syscall/error.ts'
import { fcntl, write } from '../syscall/file.ts'
import { arch } from '../syscall/numbers.ts'
import { failedExec, trying } from '../syscall/outcome.ts'
import { makePipe } from '../syscall/pipe.ts'
import { execve, exit_group } from '../syscall/process.ts'
import { programOf } from '../syscall/program.ts'
import { programFile } from '../syscall/program-file.ts'
import type { Syscall } from '../syscall/syscall.ts'
import { notMade } from '../syscall/table.ts'
import { observed, report } from '../syscall/trace.ts'
import { waitNow } from '../syscall/wait.ts'
import { ready, readyWord, tell, wordsFrom } from './guest.ts'
import { ENGINE_FAILED, NOT_FOUND, UserError } from './user-error.ts'

/** As ps(1) shows it for the moment that it lives. */
const starterName = 'gocker-start'

export interface Starter {
  /** The list, with the starter in the place of the program. */
  readonly calls: readonly Syscall[]
  /** What the new process must keep open. */
  readonly keep: readonly number[]
  /** Wait until `pid` has become the program. @throws SyscallError that names the execve which failed; it is gone then */
  readonly whenProgram: (pid: number) => void
  readonly close: () => void
}

/** What a policy of the host is to hold for the program: it holds from the next execve on, so the starter has to say it. */
export interface Policy {
  /** The container's /proc, in the new process. */
  readonly proc: number
  readonly calls: readonly Syscall[]
}

/**
 * A list in which the last calls are made by a program in memory. One that ends otherwise than by execve is left as it is, and
 * so is every list where the host forbids such programs (vm.memfd_noexec = 2): the new process then sets the policy itself.
 */
export function viaStarter(calls: readonly Syscall[], policy: Policy | undefined): Starter {
  const exec = calls.findIndex(({ name }) => name === 'execve')
  const plain: Starter = { calls, keep: [], whenProgram: () => {}, close: () => {} }
  if (exec === -1) return plain
  // a filter that comes last shall have nothing to say about our own calls
  const end = calls[exec - 1]?.name === 'seccomp' ? exec - 1 : exec
  const execs = calls.slice(exec).map(trying)
  const [said, saying] = makePipe()
  let file: number
  try {
    file = programFile(
      starterName,
      programOf(starterCalls(saying, policy?.calls ?? [], calls.slice(end, exec), execs), arch),
    )
  } catch (error) {
    closeSync(said)
    closeSync(saying)
    if (!(error instanceof SyscallError) || error.code !== 'EACCES') throw error
    return { ...plain, calls: [...calls.slice(0, end), ...(policy?.calls ?? []), ...calls.slice(end)] }
  }
  const open = new Set([said, saying, file])
  const close = (fd: number) => {
    if (open.delete(fd)) closeSync(fd)
  }
  return {
    calls: [...calls.slice(0, end), execve(`/proc/self/fd/${file}`, [starterName], [])],
    keep: [file, saying, ...(policy === undefined ? [] : [policy.proc])],
    whenProgram: (pid) => {
      close(saying)
      const words = wordsFrom(said)
      if (policy !== undefined && words[0] !== ready) {
        waitNow(pid)
        throw new UserError(
          'What the policy of this host is to hold for the container could not be set, so it was not started.\nIt may know no such AppArmor profile or SELinux label by now.',
          ENGINE_FAILED,
        )
      }
      const errors = words.filter((one) => one !== ready)
      // the one that worked has no result, and those behind it were not tried
      const made = execs
        .slice(0, errors.length + 1)
        .map((exec, i) => ({ call: exec, result: errors[i] ?? notMade }))
      if (observed())
        for (const one of made) report({ pid, ...one, result: one.result === notMade ? 0 : one.result })
      const failed = failedExec(made)
      if (failed === undefined) return
      waitNow(pid)
      throw new SyscallError(failed.call, -failed.result, 'the child')
    },
    close: () => [...open].forEach(close),
  }
}

function starterCalls(
  pipe: number,
  policy: readonly Syscall[],
  last: readonly Syscall[],
  execs: readonly Syscall[],
): Syscall[] {
  return [
    ...(policy.length === 0 ? [] : [...policy, write(pipe, readyWord)]),
    fcntl(pipe, C.F_SETFD, C.FD_CLOEXEC),
    ...closeAllBut([pipe]),
    ...last,
    ...execs.flatMap((exec) => [exec, trying(tell(pipe, exec))]),
    exit_group(NOT_FOUND),
  ]
}
