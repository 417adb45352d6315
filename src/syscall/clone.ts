// clone(flags, [x, y, z]): start a new process, in new namespaces, that makes the calls in order. If the last one
// is execve, it becomes that program.
//
// The child shares this process's memory until then (CLONE_VM), so that the results of its calls can be read
// here, and it runs beside it (no CLONE_VFORK), so that this process can do its part while the child waits at
// the gate: write id maps, for example. clone(2); what posix_spawn(3) does, with a list that one chooses.

import { readFileSync, readSync } from 'node:fs'
import { attempt, call } from './call.ts'
import { childCalls } from './child-calls.ts'
import * as C from './constants.ts'
import { SyscallError } from './error.ts'
import { close, write } from './file.ts'
import { failedCall, failedExec, isExec } from './outcome.ts'
import { makePipe } from './pipe.ts'
import { kill, wait4 } from './process.ts'
import { inMemory, start } from './start-child.ts'
import type { Syscall } from './syscall.ts'
import { notMade, resultsOf } from './table.ts'
import { observed, report } from './trace.ts'

export interface CloneOptions {
  /** Runs in this process while the child waits before its first call. If it throws, the child is killed. */
  readonly atGate?: (pid: number) => void
  /** These descriptors stay open over an execveat. */
  readonly keep?: readonly number[]
}

/**
 * Start a process in the namespaces `flags` (CLONE_NEW…) that makes `calls` in order. Returns when it has become
 * another program by execve, or has ended; it is then for the caller to wait for it.
 * @returns the process id of the child
 * @throws SyscallError that names the call which failed in the child; the child is gone then
 */
export function clone(flags: number, calls: readonly Syscall[], options: CloneOptions = {}): number {
  using pipes = new DisposableStack()
  const gate = pipe(pipes)
  const done = pipe(pipes)
  const list = childCalls(calls, {
    gate: { read: gate.read.fd, write: gate.write.fd },
    done: done.write.fd,
    signals: handledSignals(),
    keep: options.keep,
  })
  using memory = new DisposableStack()
  const table = inMemory(list, memory)

  const pid = start(flags, table, memory)
  try {
    options.atGate?.(pid)
    call(write(gate.write.fd, 'g'))
  } catch (error) {
    attempt(kill(pid, C.SIGKILL))
    reap(pid)
    throw error
  }
  done.write.close()
  // execve closes the child's end of this pipe, and so does its death: both are the end of the file
  readSync(done.read.fd, Buffer.alloc(1))
  judge(pid, list, resultsOf(table.bytes, list.length))
  return pid
}

interface End {
  readonly fd: number
  readonly close: () => void
}

/** A pipe whose ends are closed when `owner` is unwound, if they were not before. */
function pipe(owner: DisposableStack): { read: End; write: End } {
  const [reading, writing] = makePipe()
  return { read: end(reading, owner), write: end(writing, owner) }
}

function end(fd: number, owner: DisposableStack): End {
  let open = true
  const closeOnce = () => {
    if (open) call(close(fd))
    open = false
  }
  owner.defer(closeOnce)
  return { fd, close: closeOnce }
}

/** The signals that this process catches or ignores, from proc(5); those that cannot be caught are not among them. */
function handledSignals(): number[] {
  const status = readFileSync('/proc/self/status', 'latin1')
  const mask = ['SigIgn', 'SigCgt']
    .map((key) => BigInt(`0x${new RegExp(`^${key}:\\s*([0-9a-f]+)`, 'm').exec(status)?.[1] ?? '0'}`))
    .reduce((a, b) => a | b, 0n)
  return Array.from({ length: 31 }, (_, i) => i + 1).filter((signal) => (mask >> BigInt(signal - 1)) & 1n)
}

/** Tell who listens what the child did, and throw if a call of it failed. */
function judge(pid: number, list: readonly Syscall[], results: readonly number[]): void {
  const made = list.map((x, i) => ({ pid, call: x, result: results[i]! }))
  const reached = made.filter(({ result }) => result !== notMade)
  if (observed()) for (const one of reached) report(one)
  const failure = failedCall(reached) ?? failedExec(made)
  // an execve that worked came to no result of its own: the program is another one
  const next = made[reached.length]
  if (!failure && next && isExec(next.call)) report({ ...next, result: 0 })
  if (!failure) return
  reap(pid)
  throw new SyscallError(failure.call, failure.result < 0 ? -failure.result : 0, 'the child')
}

function reap(pid: number): void {
  attempt(wait4(pid, new Uint8Array(4), 0))
}
