// One command line, on both engines: `docker` in it is Docker's client for the one and Gocker for the other.

import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Said } from './alike.ts'

export interface Side {
  readonly env: Readonly<Record<string, string>>
  readonly root: string
  /** The working directory of the command lines, with the files that they need. */
  readonly folder: string
  /** The words before a command that bring it to where the engine is. */
  readonly inside: readonly string[]
}

/** Make `docker` mean this program. */
export function nameDocker(folder: string, program: string): string {
  const directory = join(folder, 'programs')
  mkdirSync(directory, { recursive: true })
  symlinkSync(program, join(directory, 'docker'))
  return directory
}

export function run(line: string, { env, folder, inside }: Side): Promise<Said> {
  const [program, ...words] = [...inside, 'sh', '-c', line]
  const child = spawn(program!, words, {
    cwd: folder,
    env: { ...process.env, TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 50_000,
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (bytes) => {
    stdout += bytes
  })
  child.stderr.on('data', (bytes) => {
    stderr += bytes
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ stdout, stderr, status: code ?? -1 }))
  })
}
