// gocker as people type it, for the chapter on terminals: with a store of its own, which goes with this process.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openStore } from '../src/image/store.ts'
import { makeTinyImage } from '../src/image/tiny-image.ts'
import { call } from '../src/syscall/call.ts'
import { ppoll } from '../src/syscall/file.ts'
import type { Screen } from './screen.ts'
import { settings } from './standing.ts'

let root: string | undefined

/** A store of our own, with the image that the containers are made of; gone with this process. */
export async function prepareStore(): Promise<void> {
  if (root !== undefined) return
  const made = mkdtempSync(join(tmpdir(), 'gocker-chapter-'))
  process.on('exit', () => rmSync(made, { recursive: true, force: true }))
  root = made
  await makeTinyImage(openStore(made))
}

const program = fileURLToPath(new URL('../src/cli/gocker', import.meta.url))

/** The words that somebody types at this terminal, after `gocker`. */
export const gocker = (screen: Screen, ...words: string[]) =>
  screen.starts({ args: ['/bin/sh', program, ...words], env: [`GOCKER_ROOT=${root}`] })

/** The same, by somebody who has no terminal; until it has ended. */
export const atNoTerminal = (...words: string[]) =>
  spawnSync(program, words, { env: { ...process.env, GOCKER_ROOT: root } })

/** A name for a container, which is removed with `made`, whatever has become of it. */
export function containerIn(made: DisposableStack): string {
  const name = 'alice'
  made.defer(() => atNoTerminal('rm', '-f', name))
  return name
}

/** Wait until somebody has put this terminal into raw mode. */
export function untilRaw({ slave }: Screen): void {
  while (!settings(slave).includes('-icanon')) call(ppoll([], 20))
}
