// A folder for everything that the benchmark makes, and what is to be undone at its end, also after Ctrl-C.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeTiny } from '../../src/rootfs/tiny.ts'
import type { Command } from './measure.ts'

export interface Workplace {
  readonly folder: string
  /** The root file system of `tiny`, for those who know no images of ours. */
  readonly rootfs: string
  /** The engine, with its own place for everything. */
  readonly gocker: (...args: string[]) => Command
  /** Undo this at the end; the last first. */
  readonly defer: (undo: () => void) => void
  readonly close: () => void
}

/** @param parent where to put it. The place decides much: the same disk may be fast in one folder and slow in another */
export function openWorkplace(parent: string): Workplace {
  const undo = new DisposableStack()
  let open = true
  const close = () => {
    if (open) undo.dispose()
    open = false
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      close()
      process.exit(130)
    })
  }
  const folder = mkdtempSync(join(parent, 'gocker-bench-'))
  undo.defer(() => rmSync(folder, { recursive: true, force: true }))
  const rootfs = join(folder, 'rootfs')
  mkdirSync(rootfs)
  makeTiny(rootfs)
  const program = fileURLToPath(new URL('../../src/cli/gocker', import.meta.url))
  const env = { GOCKER_ROOT: join(folder, 'gocker') }
  const gocker = (...args: string[]) => ({ program, args, env })
  // what is left of containers, if a measurement broke off
  undo.defer(() => run(gocker('system', 'prune', '--force')))
  return { folder, rootfs, gocker, defer: (work) => undo.defer(work), close }
}

/** Run a command that prepares something. @returns its output; undefined if it failed */
export function run({ program, args, env }: Command): string | undefined {
  const { status, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return status === 0 ? stdout : undefined
}
