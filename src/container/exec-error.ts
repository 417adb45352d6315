// Why a program could not be started, in Docker's words and with Docker's exit codes.

import { SyscallError } from '../syscall/error.ts'
import type { Step, Syscall } from '../syscall/syscall.ts'
import { intoDirectory } from './program-steps.ts'
import { NOT_EXECUTABLE, NOT_FOUND, UserError } from './user-error.ts'

/** The error that a person should see when `program` was to be started in `cwd` by `steps` and `error` came of it. */
export function explainExec(error: unknown, program: string, cwd: string, steps: readonly Step[]): unknown {
  if (!(error instanceof SyscallError)) return error
  if (reasonOf(error.call, steps) === intoDirectory) return directoryError(error, cwd)
  if (error.call.name !== 'execve') return error
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new UserError(
        program.includes('/')
          ? `exec: "${program}": stat ${program}: no such file or directory\nIf the file is there, its interpreter is not: the first line of a script, or the dynamic loader of a program.`
          : `exec: "${program}": executable file not found in $PATH\nNames are looked up inside the container: does the image have this program?`,
        NOT_FOUND,
      )
    case 'EACCES':
      return new UserError(
        `exec: "${program}": permission denied\nThe file is no program, may not be executed by this user, or lies on a mount with noexec.`,
        NOT_EXECUTABLE,
      )
    case 'ENOEXEC':
      return new UserError(
        `exec ${program}: exec format error\nThis is a program for another processor, or a script without #! in its first line.`,
        NOT_EXECUTABLE,
      )
    default:
      return new UserError(error.message, NOT_EXECUTABLE)
  }
}

/** Why a call was made: it stands at the first call of several that belong together. */
function reasonOf(call: Syscall, steps: readonly Step[]): string | undefined {
  const index = steps.findIndex((step) => step.call === call)
  return steps.slice(0, index + 1).findLast(({ why }) => why !== '')?.why
}

function directoryError(error: SyscallError, cwd: string): UserError {
  const exitCode = error.code === 'EACCES' ? NOT_EXECUTABLE : NOT_FOUND
  return new UserError(`The working directory ${cwd} cannot be entered.\n${error.message}`, exitCode)
}
