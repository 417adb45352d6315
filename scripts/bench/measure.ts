// One program, started and waited for: how long it took, and how much processor time it and its children used.

import { spawnSync } from 'node:child_process'
import { accessSync, closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { call } from '../../src/syscall/call.ts'
import { clone } from '../../src/syscall/clone.ts'
import { dup3 } from '../../src/syscall/file.ts'
import { chdir } from '../../src/syscall/mount.ts'
import { makePipe } from '../../src/syscall/pipe.ts'
import { execve } from '../../src/syscall/process.ts'
import { syscall } from '../../src/syscall/syscall.ts'
import { decode, exitCode } from '../../src/syscall/wait.ts'

/** A program, by its path, and its arguments. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** In milliseconds. */
export interface Sample {
  readonly wall: number
  readonly cpu: number
}

/** Where in PATH the program is; undefined if it is not installed. */
export function which(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(':')
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

const nothing = openSync('/dev/null', 'r+')

/** Run the command to its end, without input and output. @throws Error if it ends with anything but 0 */
export function measure(command: Command): Sample {
  const begin = performance.now()
  return endOf(command, begin, start(command, [nothing, nothing, nothing]))
}

/** Run the command, whose output the other one reads. The times are those of the first. @throws Error as above */
export function measurePiped(command: Command, reader: Command): Sample {
  const ends = makePipe()
  const [read, write] = ends
  const begin = performance.now()
  const reading = start(reader, [read, nothing, nothing])
  const writing = start(command, [nothing, write, nothing])
  for (const fd of ends) closeSync(fd)
  try {
    return endOf(command, begin, writing)
  } finally {
    endOf(reader, begin, reading)
  }
}

function start({ program, args, env }: Command, stdio: readonly number[]): number {
  const variables = Object.entries({ ...process.env, ...env }).map(([key, value]) => `${key}=${value}`)
  const ends = stdio.map((from, fd) => dup3(from, fd))
  return clone(0, [...ends, chdir('/'), execve(program, [program, ...args], variables)])
}

function endOf({ program, args }: Command, begin: number, pid: number): Sample {
  const status = new Uint8Array(4)
  const usage = Buffer.alloc(144)
  call(syscall('wait4', pid, status, 0, usage))
  const wall = performance.now() - begin
  const code = exitCode(decode(new Int32Array(status.buffer)[0]!))
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit status ${code}`)
  // struct rusage begins with the times in user and in system mode, in seconds and microseconds. getrusage(2)
  const milliseconds = (at: number) =>
    Number(usage.readBigInt64LE(at)) * 1000 + Number(usage.readBigInt64LE(at + 8)) / 1000
  return { wall, cpu: milliseconds(0) + milliseconds(16) }
}

/** Why the command does not work here, in one line; undefined if it does. */
export function whyNot({ program, args, env }: Command): string | undefined {
  const options = { encoding: 'utf8', cwd: '/', env: { ...process.env, ...env }, timeout: 60_000 } as const
  const { status, stderr, error } = spawnSync(program, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status === 0) return undefined
  return (error?.message ?? stderr.trim().split('\n').at(-1) ?? '') || `exit status ${status}`
}
