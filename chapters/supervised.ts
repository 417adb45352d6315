// Alice and her supervisor (watcher.ts), started as a command would start them. What they leave on the disk is in a directory of
// its own, which goes with this process.

import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { places as placesIn } from '../src/container/places.ts'
import { call } from '../src/syscall/call.ts'
import { close, dup3 } from '../src/syscall/file.ts'
import { execve, setsid } from '../src/syscall/process.ts'
import { alive, environment, start, until } from './alive.ts'
import { childrenOf } from './processes.ts'
import type { Order } from './watcher.ts'

const root = mkdtempSync(join(tmpdir(), 'gocker-chapter-'))
export const places = placesIn({ GOCKER_ROOT: root })
process.on('exit', () => rmSync(root, { recursive: true, force: true }))

let supervised = 0

/** Start a supervisor for a script, in a session of its own, with nothing of ours. */
export async function supervise(script: string, more: Partial<Order> = {}) {
  const id = `alice-${++supervised}`
  const folder = join(places.containers, id)
  mkdirSync(folder, { recursive: true })
  const order: Order = { script, wish: true, ...more }
  const program = [process.execPath, ...process.execArgv, watcher, id, JSON.stringify(order)]
  const nothing = openSync('/dev/null', 'r+')
  const pid = start(0, [
    setsid(),
    ...[0, 1, 2].map((fd) => dup3(nothing, fd)),
    execve(program[0]!, program, [`GOCKER_ROOT=${root}`, ...environment]),
  ])
  call(close(nothing))
  const read = (name: string) => {
    try {
      return readFileSync(join(folder, name), 'utf8').trim()
    } catch {
      return undefined
    }
  }
  const child = await until(() => (read('log') ? childrenOf(pid)[0] : undefined))
  alive.add(child)
  return { id, folder, pid, child, read }
}

const watcher = fileURLToPath(new URL('watcher.ts', import.meta.url))

/** It says one, waits for a line, says two, and ends with the code 7. */
export const twoWords = 'mkfifo go; echo one; read -r go < go; echo two; exit 7'

/** Write that line. */
export const goOn = ({ folder }: { readonly folder: string }) => writeFileSync(join(folder, 'go'), 'go\n')
