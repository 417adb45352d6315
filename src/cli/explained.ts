// What usually causes an error of the file system, and what to do. The errors of our own calls say it already.

import { statfsSync } from 'node:fs'
import { places } from '../container/places.ts'

/** The message for a person. */
export function explained(error: NodeJS.ErrnoException): string {
  const { code, message, path } = error
  // Docker's order: open x: no such file or directory
  const said = message
    .replace(/^E[A-Z]+: /, '')
    .replace(/^([^,]*), (\w+) '(.*)' -> '(.*)'$/s, '$2 $3 $4: $1')
    .replace(/^([^,]*), (\w+) '(.*)'$/s, '$2 $3: $1')
  const root = places().root
  switch (message.startsWith(`${code}: `) ? code : undefined) {
    case undefined:
      return message
    case 'ENOSPC':
    case 'EDQUOT':
      return `${said}\n${whatIsFull(root)} Make room: gocker system prune removes containers that have ended.`
    case 'EROFS':
      return `${said}\nThis is mounted read-only: ${path ?? root}. GOCKER_ROOT says where else gocker may write.`
    default:
      return said
  }
}

/** A file system may have room for bytes, and none for one more file. statfs(2) */
function whatIsFull(root: string): string {
  const { files, ffree, bavail, bsize } = statfsSync(root)
  // what was begun has been taken away again by now
  return files > 0 && ffree < 100 && bavail * bsize > 1 << 20
    ? `The file system of ${root} has no inode left for another file (df -i).`
    : `The disk under ${root} is full.`
}
