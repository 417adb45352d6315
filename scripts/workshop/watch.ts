// Tells when a file was saved. It looks at the file again and again: notices from the kernel do not come through the shared folders
// of virtual machines, and they follow a file that an editor has replaced by another.

import { statSync } from 'node:fs'

const interval = 150

/** Call `onSave` whenever the file has changed, until the returned function is called. */
export function watchFile(path: string, onSave: () => void): () => void {
  let known = signature(path)
  const timer = setInterval(() => {
    const now = signature(path)
    // while an editor replaces it, there may be no file for a moment
    if (now === undefined || now === known) return
    known = now
    onSave()
  }, interval)
  return () => clearInterval(timer)
}

function signature(path: string): string | undefined {
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return undefined
  }
}
