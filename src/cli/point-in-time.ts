// A time as people type it, for --since and --until: 2026-01-31T10:00:00, 1769850000, or 10m (ago).

import { UserError } from '../container/user-error.ts'
import { duration } from './duration.ts'

/** @returns milliseconds since 1970. @throws UserError for what is no time */
export function pointInTime(text: string, now = Date.now()): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const ago = duration(text)
  if (ago !== undefined) return now - ago
  const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text)
  if (Number.isNaN(time))
    throw new UserError(
      `failed to parse value as time or duration: "${text}"\nAs 2026-01-31T10:00:00Z, as seconds since 1970, or as 10m or 1h30m for so long ago.`,
    )
  return time
}
