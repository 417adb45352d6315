// The host as the attacks see it: a directory with a secret and a process with one, both of the test's own making. What Mallory
// reaches is theirs; nothing else of the machine is touched.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execve } from '../../src/syscall/process.ts'
import { attackProgram, type Call } from './calls.ts'
import { place } from './place.ts'

export const secret = 'a secret of the host'

export interface Host {
  /** A directory of the host, which no container is given. */
  readonly directory: string
  /** A file in it with the secret. */
  readonly file: string
  /** A process of the host that has the secret in its environment. */
  readonly pid: number
  /** Words that belong to one attack alone, so that many can be made at once. */
  readonly token: string
}

export interface Prey extends Host, Disposable {
  readonly isAlive: () => boolean
}

/** A host for one attempt. */
export function makeHost(parent: string, token: string): Prey {
  const directory = join(parent, token)
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'secret')
  writeFileSync(file, secret, { mode: 0o600 })
  const child: ChildProcess = spawn('sleep', ['1000'], {
    env: { ...process.env, SECRET: secret },
    stdio: 'ignore',
    cwd: directory,
  })
  const isAlive = () => child.exitCode === null && child.signalCode === null
  return {
    directory,
    file,
    pid: child.pid!,
    token,
    isAlive,
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  }
}

/** The command, from a process that has made these calls before. */
export function after({ directory }: Host, calls: readonly Call[], command: readonly string[]): string[] {
  const path = join(directory, 'first')
  const env = Object.entries({ ...process.env, GOCKER_ROOT: place() }).map((pair) => pair.join('='))
  writeFileSync(path, attackProgram([...calls, execve(command[0]!, command, env)]), { mode: 0o755 })
  return [path]
}

/** The first address of the program of a process: its ELF header lies there. proc_pid_maps(5) */
export function firstAddress(pid: number): number {
  return Number.parseInt(readFileSync(`/proc/${pid}/maps`, 'latin1'), 16)
}
