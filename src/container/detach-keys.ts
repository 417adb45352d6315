// The keys by which a person leaves a container that goes on: Ctrl-P Ctrl-Q, unless --detach-keys says others.

import { UserError } from './user-error.ts'

/**
 * `ctrl-p,ctrl-q` as bytes: letters are themselves, `ctrl-` is a control character.
 * @throws UserError for keys that there are not
 */
export function detachKeys(text = 'ctrl-p,ctrl-q'): Buffer {
  const bytes = text.split(',').map((key) => {
    if (/^[\x21-\x7e]$/.test(key)) return key.charCodeAt(0)
    const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)?.[1]
    if (control === undefined) throw new UserError(`Invalid detach keys (${text}) provided`)
    return control.toUpperCase().charCodeAt(0) & 0x1f
  })
  return Buffer.from(bytes)
}

export interface Watch {
  /** What of the typed bytes is for the container. */
  readonly pass: Buffer
  readonly detached: boolean
}

/** Everything that is typed is for the container. */
export const nothingLeaves = (pass: Buffer): Watch => ({ pass, detached: false })

/** A function that looks for the keys in what is typed. What may be their beginning is held back until it is decided. */
export function watchFor(keys: Buffer): (typed: Buffer) => Watch {
  let held: Buffer = Buffer.alloc(0)
  return (typed) => {
    const all = Buffer.concat([held, typed])
    const found = all.indexOf(keys)
    if (found !== -1) return { pass: all.subarray(0, found), detached: true }
    const decided = all.length - beginningAtEnd(all, keys)
    held = all.subarray(decided)
    return { pass: all.subarray(0, decided), detached: false }
  }
}

/** How many of the last bytes are the first of `keys`. */
function beginningAtEnd(bytes: Buffer, keys: Buffer): number {
  let length = Math.min(bytes.length, keys.length - 1)
  while (!bytes.subarray(bytes.length - length).equals(keys.subarray(0, length))) length--
  return length
}
