// What usually causes an error of the file system, and what to do. The errors of our own calls say it already.

import { places } from '../container/places.ts'

/** The message for a person. */
export function explained(error: NodeJS.ErrnoException): string {
  const { code, message, path } = error
  // Docker's order: open x: no such file or directory
  const said = message.replace(/^E[A-Z]+: /, '').replace(/^([^,]*), (\w+) '(.*)'$/, '$2 $3: $1')
  const root = places().root
  switch (message.startsWith(`${code}: `) ? code : undefined) {
    case undefined:
      return message
    case 'ENOSPC':
    case 'EDQUOT':
      return `${said}\nThe disk under ${root} is full. Make room: gocker system prune removes containers that have ended.`
    case 'EROFS':
      return `${said}\nThis is mounted read-only: ${path ?? root}. GOCKER_ROOT says where else gocker may write.`
    default:
      return said
  }
}
