// The error of a system call: what was tried, what came back, why that usually happens here, what to do.

import { errnoMessage, errnoName } from './errno.ts'
import { hint } from './hints.ts'
import type { Syscall } from './syscall.ts'
import { notation } from './trace.ts'

export class SyscallError extends Error {
  /** The call that failed. */
  readonly call: Syscall
  /** The error number, as 2 for ENOENT; 0 if the call ended too early, as a `read` at the end of a file. */
  readonly errno: number
  /** Its name, as `ENOENT`. */
  readonly code: string

  /** @param by who made the call: this process, or the child that was being started */
  constructor(call: Syscall, errno: number, by: 'this process' | 'the child' = 'this process') {
    const code = errno === 0 ? 'end of file' : errnoName(errno)
    const said = errno === 0 ? 'nothing came' : `${code}: ${errnoMessage(errno)}`
    const help = errno === 0 ? undefined : hint(call, code)
    super(
      `${notation(call)}${by === 'the child' ? ' in the new process' : ''}: ${said}${help ? `\n${help}` : ''}`,
    )
    this.name = 'SyscallError'
    this.call = call
    this.errno = errno
    this.code = code
  }
}

/** Is `error` a SyscallError with this errno? */
export function failedWith(error: unknown, code: string): error is SyscallError {
  return error instanceof SyscallError && error.code === code
}
