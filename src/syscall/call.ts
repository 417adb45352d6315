// call(x): make a system call now, in this process, on this thread.

import { errnoNumber } from './errno.ts'
import { SyscallError } from './error.ts'
import { invoke, type Word } from './memory.ts'
import { arch, numberOf } from './numbers.ts'
import { checkText, isSyscall, plainValue, type Syscall, type Value } from './syscall.ts'
import { report } from './trace.ts'

/**
 * Make the call and return its result. Bytes among the arguments may be written to by the kernel.
 * @throws SyscallError with the errno, unless `x` allows it: then the result is the negative errno
 */
export function call(x: Syscall): number {
  const result = attempt(x)
  if (result < (x.least ?? 0) && !isAllowed(x, result)) throw new SyscallError(x, result < 0 ? -result : 0)
  return result
}

/** Make the call and return its result, or the negative errno: nothing is thrown. */
export function attempt(x: Syscall): number {
  supported()
  const args = x.args.map((arg) => word(plainValue(arg)))
  const { result, errno } = invoke('syscall', [numberOf(x.name), ...args])
  const outcome = errno === 0 ? result : -errno
  report({ pid: 0, call: x, result: outcome })
  return outcome
}

function isAllowed(x: Syscall, result: number): boolean {
  return x.allow !== undefined && result === -errnoNumber(x.allow)
}

function word(value: Value): Word {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string') return Buffer.from(`${checkText(value)}\0`)
  if (value instanceof Uint8Array) return value
  if (isSyscall(value))
    throw new TypeError(`the result of ${value.name} is known only inside a list for clone`)
  throw new TypeError('what holds addresses is an argument for a new process only')
}

function supported(): void {
  if (process.platform !== 'linux') {
    throw new Error(
      `System calls of Linux need Linux, and this is ${process.platform}. A virtual machine helps: scripts/vm/README.md`,
    )
  }
  if (process.arch !== 'x64' && process.arch !== 'arm64') {
    throw new Error(`Only x86-64 and arm64 are supported, and this is ${process.arch} (taken for ${arch}).`)
  }
}
