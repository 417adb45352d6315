// What a program in a new process prints, for the chapters: evidence that can be shown beside what the host sees.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call } from '../src/syscall/call.ts'
import { clone } from '../src/syscall/clone.ts'
import * as C from '../src/syscall/constants.ts'
import { close, dup3, pipe2 } from '../src/syscall/file.ts'
import type { Syscall } from '../src/syscall/syscall.ts'
import { waitNow } from '../src/syscall/wait.ts'

/** Start a process as clone() does, wait for its end, and return what it wrote to its outputs 1 and 2. */
export function outputOf(flags: number, calls: readonly Syscall[]): string {
  const ends = new Int32Array(2)
  call(pipe2(new Uint8Array(ends.buffer), C.O_CLOEXEC))
  const [reading, writing] = [ends[0]!, ends[1]!]
  try {
    const pid = clone(flags, [dup3(writing, 1), dup3(writing, 2), ...calls])
    call(close(writing))
    const text = readFileSync(reading, 'utf8')
    waitNow(pid)
    return text
  } catch (error) {
    call(close(writing))
    throw error
  } finally {
    call(close(reading))
  }
}

/** An empty directory that is removed when its owner is done with it, and when the user presses Ctrl-C. */
export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'gocker-chapter-'))
  const remove = () => rmSync(path, { recursive: true, force: true })
  const stop = () => {
    remove()
    process.exit(130)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  return {
    path,
    [Symbol.dispose]: () => {
      process.off('SIGINT', stop).off('SIGTERM', stop)
      remove()
    },
  }
}
