// Text for people, written at once: nothing waits in a buffer while a container writes to the same place, and the
// descriptors stay as they were for it (Node's own streams make pipes non-blocking).

import { writeSync } from 'node:fs'

export function out(text: string): void {
  write(1, `${text}\n`)
}

export function err(text: string): void {
  write(2, `${text}\n`)
}

function write(fd: number, text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // the reader is gone: `gocker ps | head -1`
      if (code === 'EPIPE') process.exit(0)
      if (code !== 'EAGAIN') throw error
    }
  }
}
