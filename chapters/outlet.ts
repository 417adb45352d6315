// A pipe for what a container says, for chapter 9: its writing end goes into the container, and we read.

import { readFileSync, readSync } from 'node:fs'
import { call } from '../src/syscall/call.ts'
import { close } from '../src/syscall/file.ts'
import { makePipe } from '../src/syscall/pipe.ts'

export interface Outlet extends Disposable {
  /** For the container. */
  readonly writing: number
  /** All that it says, up to its end. */
  readonly read: () => string
  /** Wait for its first words. @returns how many bytes came */
  readonly first: () => number
}

/** Both ends are closed when it is disposed of. */
export function outlet(): Outlet {
  const [reading, writing] = makePipe()
  let isOpen = true
  const closeOurs = () => {
    if (isOpen) call(close(writing))
    isOpen = false
  }
  return {
    writing,
    read: () => {
      closeOurs()
      return readFileSync(reading, 'utf8')
    },
    first: () => readSync(reading, Buffer.alloc(64)),
    [Symbol.dispose]: () => {
      closeOurs()
      call(close(reading))
    },
  }
}
