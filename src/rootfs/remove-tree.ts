// A directory is removed with all that is in it, however deep that is. Whoever goes down holds each directory open on
// the way, and a program makes a hundred thousand of them within each other in a second: more than a process may hold, so
// that what a container has written could never be taken away. Such a tree is cut into pieces first: what lies deeper
// than a few directories is moved up.

import { type Dirent, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'

/** So many names of 255 bytes fit into a path. */
const levels = 8

/**
 * Remove `path`, if it is there. Nobody may be writing below it meanwhile, nor into the directory itself but us.
 * @param path absolute, and not longer than half of what the kernel takes: a folder of the engine
 */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    // the code is not always among what it says: the message is
    if (!/EMFILE|ENFILE|ENAMETOOLONG|open files|too long/i.test(String(error))) throw error
    cutIntoPieces(path)
    rmSync(path, { recursive: true, force: true })
  }
}

/** From here on, nothing in the directory is deeper than twice as many levels. */
function cutIntoPieces(path: string): void {
  const aside = mkdtempSync(`${path}/pieces-`)
  let pieces = 0
  const cut = (directory: Buffer, level: number): void => {
    for (const name of directoriesIn(directory)) {
      const below = Buffer.concat([directory, Buffer.from('/'), name])
      if (below.equals(Buffer.from(aside))) continue
      if (level < levels) cut(below, level + 1)
      else renameSync(below, `${aside}/${pieces++}`)
    }
  }
  cut(Buffer.from(path), 1)
  for (let piece = 0; piece < pieces; piece++) cut(Buffer.from(`${aside}/${piece}`), 1)
}

function directoriesIn(directory: Buffer): Buffer[] {
  const entries: Dirent<Buffer>[] = readdirSync(directory, { withFileTypes: true, encoding: 'buffer' })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}
