// What the child of a clone does besides the calls that it is given: those that make up for its being a child of Node, before
// them and before it becomes a program. Pure.

import * as C from './constants.ts'
import { close, close_range, fcntl, read } from './file.ts'
import { isExec } from './outcome.ts'
import { exit_group, resetSignal, sigprocmask } from './process.ts'
import { allowing, plainValue, type Syscall } from './syscall.ts'

/** What the child finds, and shares with its parent. */
export interface Surroundings {
  /** Both ends of the pipe that it waits at, before its first call. */
  readonly gate: { readonly read: number; readonly write: number }
  /** The end of the pipe that tells the parent that it has become a program. */
  readonly done: number
  /** The signals that Node catches or ignores. */
  readonly signals: readonly number[]
  /** Descriptors that stay open over an execveat. */
  readonly keep?: readonly number[]
}

/**
 * The calls that the child really makes: those given, and what a child of Node needs before and after them.
 * Node catches or ignores some signals; the child must not run Node's handlers, and its program must find
 * everything at default. Node's own 0, 1 and 2 are marked close-on-exec, others may have been inherited without
 * that mark: of them the program gets the first three and nothing else (CVE-2024-21626).
 */
export function childCalls(
  calls: readonly Syscall[],
  { gate, done, signals, keep = [] }: Surroundings,
): Syscall[] {
  const before = [
    ...signals.map(resetSignal),
    sigprocmask(C.SIG_SETMASK, 0n),
    close(gate.write),
    // the end of the file means that the parent is dead, and no one would take care of us
    read(gate.read, new Uint8Array(1), 1),
  ]
  const forProgram = [
    // the parent may have died since, before the child asked to die with it (PR_SET_PDEATHSIG): is the gate still held?
    fcntl(gate.read, C.F_SETFL, C.O_NONBLOCK),
    allowing('EAGAIN', read(gate.read, new Uint8Array(1), 1)),
    ...[0, 1, 2].map((fd) => ({ ...fcntl(fd, C.F_SETFD, 0), allow: 'EBADF' as const })),
    ...keep.map((fd) => fcntl(fd, C.F_SETFD, 0)),
    ...closeAllBut([done, ...programs(calls), ...keep]),
  ]
  const exec = calls.findIndex(isExec)
  if (exec === -1) return [...before, ...calls, exit_group(0)]
  // a filter that comes last shall have nothing to say about our own calls
  const end = calls[exec - 1]?.name === 'seccomp' ? exec - 1 : exec
  return [...before, ...calls.slice(0, end), ...forProgram, ...calls.slice(end), exit_group(127)]
}

/** The descriptors of open files that are to be executed: the kernel closes them then. */
function programs(calls: readonly Syscall[]): number[] {
  return calls
    .filter(({ name }) => name === 'execveat')
    .map(({ args }) => plainValue(args[0]!))
    .filter((fd) => typeof fd === 'number')
}

/** The calls that close all descriptors from 3 on, save for those kept. close_range(2) */
export function closeAllBut(kept: readonly number[]): Syscall[] {
  const edges = [2, ...kept.toSorted((a, b) => a - b), 0x100000000]
  return edges
    .slice(1)
    .map((edge, i) => [edges[i]! + 1, edge - 1] as const)
    .filter(([first, last]) => first <= last)
    .map(([first, last]) => close_range(first, last))
}
