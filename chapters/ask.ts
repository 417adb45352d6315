// What the chapters ask a process that they start: a small shell script, and its answer as text. Everything that
// makes the process special is in the list of calls that it makes before.

import { closeSync, readFileSync } from 'node:fs'
import { type CloneOptions, clone } from '../src/syscall/clone.ts'
import { dup3 } from '../src/syscall/file.ts'
import { makePipe } from '../src/syscall/pipe.ts'
import { execve } from '../src/syscall/process.ts'
import type { Syscall } from '../src/syscall/syscall.ts'
import { wait, waitNow } from '../src/syscall/wait.ts'
import type { Narrator } from './narrator.ts'

const environment = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'PS1=inside # ',
  'HOME=/',
]

export interface Question extends CloneOptions {
  /** The new namespaces. */
  readonly flags?: number
  /** What the process does before it becomes a shell. */
  readonly calls?: readonly Syscall[]
  /** What this process sees while the script waits in `read`. */
  readonly meanwhile?: (pid: number) => string | undefined
}

export interface Answer {
  /** All that the script prints. */
  readonly inside: string
  /** What `meanwhile` says. */
  readonly outside?: string
}

/** Start a process, let it make the calls and then run `script`. */
export function ask(script: string, { flags = 0, calls = [], meanwhile, ...options }: Question = {}): Answer {
  using ends = new DisposableStack()
  const input = pipe(ends)
  let outside: string | undefined
  const look = (pid: number) => {
    try {
      outside = meanwhile?.(pid)
    } finally {
      // the script goes on when its input has ended
      input.write.close()
    }
  }
  const program = execve('/bin/sh', ['sh', '-c', script], environment)
  const inside = listen(flags, [dup3(input.read.fd, 0), ...calls, program], look, options)
  return { inside: inside.trim(), outside }
}

/** Start a process as clone() does, wait for its end, and return what it wrote to its outputs 1 and 2. */
export function outputOf(flags: number, calls: readonly Syscall[]): string {
  return listen(flags, calls)
}

function listen(
  flags: number,
  calls: readonly Syscall[],
  meanwhile?: (pid: number) => void,
  options?: CloneOptions,
): string {
  using ends = new DisposableStack()
  const output = pipe(ends)
  const pid = clone(flags, [dup3(output.write.fd, 1), dup3(output.write.fd, 2), ...calls], options)
  try {
    meanwhile?.(pid)
  } finally {
    output.write.close()
  }
  const text = readFileSync(output.read.fd, 'utf8')
  waitNow(pid)
  return text
}

/** Ask, and tell both sides. */
export function show(tell: Narrator, script: string, question?: Question): void {
  const { inside, outside } = ask(script, question)
  tell.inside(inside)
  if (outside !== undefined) tell.host(outside)
}

/** A shell on the terminal, after the calls; it may as well read its commands from a pipe. */
export async function shell(flags: number, calls: readonly Syscall[]): Promise<void> {
  const stay = () => {}
  // Ctrl-C is for what runs in the shell: it reaches us too, for we are in front of the same terminal
  process.on('SIGINT', stay)
  const interactive = process.stdin.isTTY ? ['-i'] : []
  await wait(clone(flags, [...calls, execve('/bin/sh', ['sh', ...interactive], environment)]))
  process.off('SIGINT', stay)
}

/** From here on Ctrl-C waits until this process is between two experiments, where nothing is left to clean up. */
export function cleanUpFirst(): void {
  const stop = () => process.exit(130)
  process.once('SIGINT', stop).once('SIGTERM', stop)
}

interface End {
  readonly fd: number
  readonly close: () => void
}

function pipe(owner: DisposableStack): { read: End; write: End } {
  const [reading, writing] = makePipe()
  const end = (fd: number): End => {
    let open = true
    const close = () => {
      if (open) closeSync(fd)
      open = false
    }
    owner.defer(close)
    return { fd, close }
  }
  return { read: end(reading), write: end(writing) }
}
