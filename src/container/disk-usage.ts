// How much room something takes on the disk.

import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes on the disk of all that lies below `path`; what goes away meanwhile counts nothing. */
export function diskUsage(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 0
  const own = stats.isFile() ? stats.blocks * 512 : 0
  if (!stats.isDirectory()) return own
  return namesIn(path).reduce((sum, name) => sum + diskUsage(join(path, name)), own)
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
