// The name of a group: a path below the top of the hierarchy, as `gocker/2f6c…`. Pure; touches nothing.

import { CgroupError } from './error.ts'

/**
 * The same path without slashes at its ends. A `cgroupsPath` may begin with one (OCI), and still starts at the top.
 * @throws CgroupError for a path that leads out of the hierarchy, or to the top, which holds the whole system
 */
export function checkedPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '')
  const why = reason(path, parts)
  if (why) throw new CgroupError(`${JSON.stringify(path)} cannot be the path of a control group: ${why}.`)
  return parts.join('/')
}

function reason(path: string, parts: readonly string[]): string | undefined {
  if (parts.length === 0) return 'it would be the group of the whole system'
  if (parts.some((part) => part === '..' || part === '.')) return 'it must stay below the hierarchy'
  if (/[\0\n]/.test(path)) return 'it has a character in it that no group has'
  if (parts.some((part) => Buffer.byteLength(part) > 255)) return 'a part of it is longer than 255 bytes'
  return undefined
}

/** All groups on the way to `path`, the uppermost first: `a`, `a/b`, `a/b/c`. */
export function levels(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
}
