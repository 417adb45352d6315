// What a list of calls came to, and which of its calls is to blame if it did not come to its end. Pure.

import { errnoNumber } from './errno.ts'
import type { Syscall } from './syscall.ts'
import { notMade } from './table.ts'

/** A call that was made, or not (`notMade`), and its result. */
export interface Outcome {
  readonly call: Syscall
  readonly result: number
}

/** The call at which the child stopped: the last one that it reached. undefined if that one went well. */
export function failedCall(reached: readonly Outcome[]): Outcome | undefined {
  const last = reached.at(-1)
  return last && failed(last.call, last.result) ? last : undefined
}

/**
 * A program may be tried in several places (PATH). The execve that works leaves no result; if all have one, none
 * worked, and "found, but not allowed" says more than "not found".
 */
export function failedExec(made: readonly Outcome[]): Outcome | undefined {
  const tried = made.filter(({ call: x }) => isExec(x))
  if (tried.some(({ result }) => result === notMade)) return undefined
  const missing = [errnoNumber('ENOENT'), errnoNumber('ENOTDIR')]
  return tried.find(({ result }) => !missing.includes(-result)) ?? tried.at(-1)
}

function failed(x: Syscall, result: number): boolean {
  if (result >= (x.least ?? 0)) return false
  return x.allow === undefined || result !== -errnoNumber(x.allow)
}

/** A place to try a program in: if it is not there, the list goes on to the next. execvp(3) */
export function trying(exec: Syscall): Syscall {
  return { ...exec, least: -4095 }
}

/** Does the process become another program by it? */
export function isExec({ name }: Syscall): boolean {
  return name === 'execve' || name === 'execveat'
}
