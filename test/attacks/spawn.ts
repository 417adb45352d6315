// A command, to its end, with what it wrote byte for byte.

import { spawn } from 'node:child_process'
import { place } from './place.ts'

export interface Spawned {
  readonly status: number | string
  /** As latin1. */
  readonly stdout: string
  readonly stderr: string
}

/** @param open descriptors that it gets from 3 on */
export function spawnCommand(
  [file, ...args]: readonly string[],
  options: {
    readonly open?: readonly number[]
    readonly env?: NodeJS.ProcessEnv
    readonly uid?: number
  } = {},
): Promise<Spawned> {
  const { uid } = options
  const child = spawn(file!, args, {
    // the launcher is a program of many files: they are translated once
    env: { ...process.env, NODE_COMPILE_CACHE: place('compiled'), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', ...(options.open ?? [])],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout!.on('data', (bytes) => out.push(bytes))
  child.stderr!.on('data', (bytes) => err.push(bytes))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) =>
      resolve({
        status: code ?? signal!,
        stdout: Buffer.concat(out).toString('latin1'),
        stderr: Buffer.concat(err).toString('utf8'),
      }),
    )
  })
}
