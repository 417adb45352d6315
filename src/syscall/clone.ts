// clone(flags, [x, y, z]): start a new process, in new namespaces, that makes the calls in order. If the last one
// is execve, it becomes that program.
//
// The child shares this process's memory until then (CLONE_VM), so that the results of its calls can be read
// here, and it runs beside it (no CLONE_VFORK), so that this process can do its part while the child waits at
// the gate: write id maps, for example. clone(2); what posix_spawn(3) does, with a list that one chooses.

import { readFileSync, readSync } from 'node:fs'
import { attempt, call } from './call.ts'
import { machineCode } from './child-code.ts'
import * as C from './constants.ts'
import { errnoNumber } from './errno.ts'
import { SyscallError } from './error.ts'
import { close, close_range, fcntl, pipe2, read, write } from './file.ts'
import { allocate, type Block, free, invoke, view } from './memory.ts'
import { arch } from './numbers.ts'
import { exit_group, kill, resetSignal, sigprocmask, wait4 } from './process.ts'
import { allowing, type Fd, flags as flagsArg, named, plainValue, type Syscall, syscall } from './syscall.ts'
import { layOut, notMade, resultsOf } from './table.ts'
import { observed, report } from './trace.ts'

const stackSize = 64 * 1024
const everySignal = 0xffffffffffffffffn

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
  const gate = makePipe(pipes)
  const done = makePipe(pipes)
  const list = childCalls(calls, { gate, done: done.write, signals: handledSignals(), keep: options.keep })
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

interface Surroundings {
  readonly gate: { readonly read: End; readonly write: End }
  readonly done: End
  readonly signals: readonly number[]
  readonly keep?: readonly number[]
}

/** A place to try a program in: if it is not there, the list goes on to the next. execvp(3) */
export function trying(exec: Syscall): Syscall {
  return { ...exec, least: -4095 }
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
    close(gate.write.arg),
    // the end of the file means that the parent is dead, and no one would take care of us
    read(gate.read.arg, new Uint8Array(1), 1),
  ]
  const forProgram = [
    // the parent may have died since, before the child asked to die with it (PR_SET_PDEATHSIG): is the gate still held?
    fcntl(gate.read.arg, C.F_SETFL, C.O_NONBLOCK),
    allowing('EAGAIN', read(gate.read.arg, new Uint8Array(1), 1)),
    ...[0, 1, 2].map((fd) => ({ ...fcntl(fd, C.F_SETFD, 0), allow: 'EBADF' as const })),
    ...keep.map((fd) => fcntl(fd, C.F_SETFD, 0)),
    ...closeAllBut([done.fd, ...programs(calls), ...keep]),
  ]
  const exec = calls.findIndex(isExec)
  if (exec === -1) return [...before, ...calls, exit_group(0)]
  // a filter that comes last shall have nothing to say about our own calls
  const end = calls[exec - 1]?.name === 'seccomp' ? exec - 1 : exec
  return [...before, ...calls.slice(0, end), ...forProgram, ...calls.slice(end), exit_group(127)]
}

function isExec({ name }: Syscall): boolean {
  return name === 'execve' || name === 'execveat'
}

/** The descriptors of open files that are to be executed: the kernel closes them then. */
function programs(calls: readonly Syscall[]): number[] {
  return calls
    .filter(({ name }) => name === 'execveat')
    .map(({ args }) => plainValue(args[0]!))
    .filter((fd) => typeof fd === 'number')
}

/** From 3 on. */
export function closeAllBut(kept: readonly number[]): Syscall[] {
  const edges = [2, ...kept.toSorted((a, b) => a - b), 0x100000000]
  return edges
    .slice(1)
    .map((edge, i) => [edges[i]! + 1, edge - 1] as const)
    .filter(([first, last]) => first <= last)
    .map(([first, last]) => close_range(first, last))
}

interface End {
  readonly fd: number
  readonly arg: Fd
  readonly close: () => void
}

function makePipe(owner: DisposableStack): { read: End; write: End } {
  const fds = new Uint8Array(8)
  call(pipe2(fds, C.O_CLOEXEC))
  const numbers = new Int32Array(fds.buffer)
  return { read: end(numbers[0]!, owner), write: end(numbers[1]!, owner) }
}

function end(fd: number, owner: DisposableStack): End {
  let open = true
  const closeOnce = () => {
    if (open) call(close(fd))
    open = false
  }
  owner.defer(closeOnce)
  return { fd, arg: fd, close: closeOnce }
}

/** Copy the list into memory that V8 does not know, for the child to read. */
function inMemory(list: readonly Syscall[], owner: DisposableStack): Block {
  const table = layOut(list, arch)
  const block = allocate(table.size)
  owner.defer(() => free(block))
  table.writeTo(block.bytes, block.address)
  return block
}

/** All signals wait until the child has set its own handlers: a handler of Node must not run in the child. */
function start(flags: number, table: Block, owner: DisposableStack): number {
  const stack = allocate(stackSize)
  owner.defer(() => free(stack))
  const stackTop = stack.address + stackSize - (stackSize % 16) - ((stack.address + stackSize) % 16)
  const cloneFlags = flags | C.CLONE_VM
  const before = Buffer.alloc(8)
  const [how, all] = sigprocmask(C.SIG_SETMASK, everySignal).args
  call(syscall('rt_sigprocmask', how!, all!, before, 8))
  // the lowest byte of the flags is the signal that tells the parent of the end
  const { result: pid, errno } = invoke('clone', [
    childCode(),
    stackTop,
    cloneFlags | C.SIGCHLD,
    table.address,
  ])
  call(syscall('rt_sigprocmask', how!, before, 0, 8))
  const asCalled = syscall('clone', flagsArg('CLONE_', cloneFlags), named('SIGCHLD'))
  report({ pid: 0, call: asCalled, result: pid === -1 ? -errno : pid })
  if (pid === -1) throw new SyscallError(asCalled, errno)
  return pid
}

let code: number | undefined

/** The address of the child's code: written once, then made executable and no longer writable. */
function childCode(): number {
  if (code !== undefined) return code
  const bytes = machineCode(arch)
  const address = call(
    syscall(
      'mmap',
      0,
      bytes.length,
      flagsArg('PROT_', C.PROT_READ | C.PROT_WRITE),
      flagsArg('MAP_', C.MAP_PRIVATE | C.MAP_ANONYMOUS),
      -1,
      0,
    ),
  )
  bytes.copy(view(address, bytes.length).bytes)
  call(syscall('mprotect', address, bytes.length, flagsArg('PROT_', C.PROT_READ | C.PROT_EXEC)))
  code = address
  return address
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

export interface Outcome {
  readonly call: Syscall
  readonly result: number
}

/** The call at which the child stopped: the last one that it reached. */
function failedCall(reached: readonly Outcome[]): Outcome | undefined {
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

function reap(pid: number): void {
  attempt(wait4(pid, new Uint8Array(4), 0))
}
