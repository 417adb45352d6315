// One entry of a tar archive, as its header says it. A header is a block of 512 bytes; what does not fit into it (long
// names, times with fractions, extended attributes) stands in a PAX header before it: lines of "length key=value".
// tar(5), POSIX pax "ustar Interchange Format" and "pax Header Block"; the OCI image spec, layer.md
//
// Names are bytes, in no particular encoding. They are kept as strings in which each character is one byte (latin1).

export const blockSize = 512

/** What an entry is: the type flags of ustar, in words. */
export const types = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hard link',
  '2': 'symbolic link',
  '3': 'character device',
  '4': 'block device',
  '5': 'directory',
  '6': 'fifo',
} as const

export type EntryType = (typeof types)[keyof typeof types]

export interface Entry {
  readonly type: EntryType
  /** As the archive has it; each character is a byte. */
  readonly name: string
  /** The permission bits, with set-user-ID, set-group-ID and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes that follow the header; 0 unless it is a file. */
  readonly size: number
  /** The time of the last change: whole seconds since 1970, and nanoseconds. */
  readonly seconds: number
  readonly nanoseconds: number
  /** Where a link leads. */
  readonly linkName: string
  /** The numbers of a device. */
  readonly major: number
  readonly minor: number
  /** Extended attributes; each character of a value is a byte. */
  readonly xattrs: ReadonlyMap<string, string>
}

/** The key under which an extended attribute stands in a PAX header, before its name. */
export const xattrPrefix = 'SCHILY.xattr.'

/** The header's fields: where they begin, and how long they are. */
export const field = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  linkName: [157, 100],
  magic: [257, 8],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const

/** The fields as they stand in the block, before anything a PAX header says. */
export interface RawHeader {
  readonly flag: string
  readonly name: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly seconds: number
  readonly linkName: string
  readonly major: number
  readonly minor: number
}

/**
 * Read the block at `at`.
 * @returns undefined for a block of zeros, which ends the archive
 * @throws Error if its checksum is wrong, or a number in it is none
 */
export function decodeHeader(bytes: Buffer, at: number): RawHeader | undefined {
  const stated = bytes[at] === 0 && isZero(bytes, at) ? undefined : number(bytes, at, 'checksum')
  if (stated === undefined) return undefined
  if (stated !== checksum(bytes, at))
    throw new Error('the archive is damaged: the checksum of a header is wrong')
  const magic = bytes.toString('latin1', at + 257, at + 263)
  const extended = magic === 'ustar\0' || magic === 'ustar '
  const name = text(bytes, at, 'name')
  // GNU tar keeps other things where POSIX has the beginning of a long name
  const prefix = magic === 'ustar\0' ? text(bytes, at, 'prefix') : ''
  return {
    flag: String.fromCharCode(bytes[at + field.type[0]]!),
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: number(bytes, at, 'mode') & 0o7777,
    uid: number(bytes, at, 'uid'),
    gid: number(bytes, at, 'gid'),
    size: number(bytes, at, 'size'),
    seconds: number(bytes, at, 'mtime'),
    linkName: text(bytes, at, 'linkName'),
    major: extended ? number(bytes, at, 'major') : 0,
    minor: extended ? number(bytes, at, 'minor') : 0,
  }
}

/** The sum of all bytes, with the checksum itself taken as eight spaces. */
export function checksum(bytes: Uint8Array, at: number): number {
  const [start, length] = field.checksum
  let sum = length * 0x20
  for (let i = at; i < at + start; i++) sum += bytes[i]!
  for (let i = at + start + length; i < at + blockSize; i++) sum += bytes[i]!
  return sum
}

function isZero(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < at + blockSize; i++) if (bytes[i] !== 0) return false
  return true
}

function text(bytes: Buffer, at: number, name: keyof typeof field): string {
  const [start, length] = field[name]
  const from = at + start
  if (bytes[from] === 0) return ''
  const end = bytes.indexOf(0, from)
  return bytes.toString('latin1', from, end === -1 ? from + length : Math.min(end, from + length))
}

/** Octal digits, between spaces and NULs; or, if the first bit is set, a binary number (GNU and star). */
function number(bytes: Buffer, at: number, name: keyof typeof field): number {
  const [start, length] = field[name]
  const from = at + start
  if (bytes[from]! & 0x80) return binary(bytes.subarray(from, from + length), name)
  let i = from
  const end = from + length
  while (i < end && bytes[i] === 0x20) i++
  let value = 0
  for (; i < end; i++) {
    const digit = bytes[i]! - 0x30
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  for (; i < end; i++)
    if (bytes[i] !== 0 && bytes[i] !== 0x20)
      throw new Error(`the archive is damaged: a header's ${name} is no number`)
  return value
}

/** The bytes after the first bit, most significant first, in two's complement. */
function binary(bytes: Uint8Array, name: string): number {
  const first = (bytes[0]! & 0x3f) - (bytes[0]! & 0x40)
  let value = BigInt(first)
  for (const byte of bytes.subarray(1)) value = value * 256n + BigInt(byte)
  const result = Number(value)
  if (!Number.isSafeInteger(result))
    throw new Error(`the archive is damaged: a header's ${name} is out of range`)
  return result
}

/**
 * The lines of a PAX header.
 * @throws Error if they are not what they should be
 */
export function decodePax(bytes: Buffer): Map<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const digits = bytes.toString('latin1', at, space)
    const end = at + Number(digits)
    const equals = bytes.indexOf(0x3d, space)
    const whole = /^[1-9]\d{0,8}$/.test(digits) && end <= bytes.length && bytes[end - 1] === 0x0a
    if (!whole || equals === -1 || equals >= end)
      throw new Error('the archive is damaged: a PAX header makes no sense')
    records.set(bytes.toString('latin1', space + 1, equals), bytes.toString('latin1', equals + 1, end - 1))
    at = end
  }
  return records
}
