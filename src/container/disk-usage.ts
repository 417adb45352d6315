// How much room something takes on the disk. A container may be changing it meanwhile, and may have made it deeper than a
// path can say or a process can hold open: so only one directory is open at a time, the way back up is `..`, and where that
// does not lead to where we came from, what is left there is not counted. fts(3) walks so, too.

import { type BigIntStats, closeSync, fstatSync, lstatSync, openSync, readdirSync } from 'node:fs'
import * as C from '../syscall/constants.ts'

/** A directory that is being counted. */
interface Level {
  readonly stats: BigIntStats
  /** In bytes: they need not be UTF-8. */
  readonly names: Buffer[]
}

const openFlags = C.O_RDONLY | C.O_DIRECTORY | C.O_NOFOLLOW | C.O_CLOEXEC

/** Bytes on the disk of all that lies below `path`; what goes away meanwhile counts nothing. */
export function diskUsage(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (!stats?.isDirectory()) return stats?.isFile() ? stats.blocks * 512 : 0
  const levels: Level[] = []
  let sum = 0
  /** The directory of the last level. */
  let fd = openSync(path, openFlags)
  const enter = (next: number) => {
    fd = next
    levels.push({ stats: fstatSync(fd, { bigint: true }), names: namesIn(`/proc/self/fd/${fd}`) })
  }
  try {
    enter(fd)
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const name = level.names.pop()
      if (name === undefined) {
        levels.pop()
        const above = levels.at(-1)
        if (above === undefined) break
        const up = openSync(`/proc/self/fd/${fd}/..`, openFlags)
        closeSync(fd)
        fd = up
        const { dev, ino } = fstatSync(fd, { bigint: true })
        if (dev !== above.stats.dev || ino !== above.stats.ino) break
        continue
      }
      const here = Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), name])
      const found = lstatSync(here, { throwIfNoEntry: false })
      if (found?.isFile()) sum += found.blocks * 512
      const below = found?.isDirectory() ? opened(here) : undefined
      if (below === undefined) continue
      closeSync(fd)
      enter(below)
    }
  } finally {
    closeSync(fd)
  }
  return sum
}

function opened(directory: Buffer): number | undefined {
  try {
    return openSync(directory, openFlags)
  } catch {
    return undefined
  }
}

function namesIn(directory: string): Buffer[] {
  try {
    return readdirSync(directory, 'buffer')
  } catch {
    return []
  }
}
