// A place for what a chapter makes, gone with it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An empty directory that is removed when its owner is done with it, and when the user presses Ctrl-C. */
export function temporaryDirectory(): Disposable & { readonly path: string } {
  let path = ''
  const remove = () => rmSync(path, { recursive: true, force: true })
  const stop = () => {
    remove()
    process.exit(130)
  }
  // first, for a signal that nobody waits for ends a process at once
  process.on('SIGINT', stop).on('SIGTERM', stop)
  path = mkdtempSync(join(tmpdir(), 'gocker-chapter-'))
  return {
    path,
    [Symbol.dispose]: () => {
      process.off('SIGINT', stop).off('SIGTERM', stop)
      remove()
    },
  }
}
