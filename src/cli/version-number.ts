// Which Gocker this is.

import { readFileSync } from 'node:fs'

/** The version in package.json; the sources lie two folders below it, the packed program one. */
export function version(): string {
  for (const above of ['../../package.json', '../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(above, import.meta.url), 'utf8')) as { version: string })
        .version
    } catch {
      // the other place
    }
  }
  return 'unknown'
}
