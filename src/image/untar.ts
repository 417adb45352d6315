// A tar archive, read while it comes in: whatever the pieces it arrives in, whoever listens is told of each entry, then
// of its bytes, then of its end. Nothing is kept but the header being read, so that the size of a layer does not matter.
// Everything in here is the word of a stranger: what is not understood is refused.

import {
  blockSize,
  decodeHeader,
  decodePax,
  type Entry,
  type EntryType,
  type RawHeader,
  types,
  xattrPrefix,
} from '../overlay/tar-header.ts'

export interface Listener {
  entry(entry: Entry): void
  /** A piece of the content of the last entry: `length` bytes of `chunk` from `at` on, valid only now. */
  data(chunk: Buffer, at: number, length: number): void
  /** The last entry is complete. */
  end(): void
}

export interface Reader {
  push(chunk: Buffer): void
  /** No more will come. @throws Error if the archive ends within an entry */
  end(): void
}

/** A PAX header, or a long name, has no business being larger: it is kept in memory. Go's archive/tar has this limit. */
const largestExtension = 1 << 20

const noAttributes: ReadonlyMap<string, string> = new Map()

/** Headers that describe the one that follows. */
type Extension = 'x' | 'L' | 'K'

/** @throws Error, from `push` and `end`, if the archive is damaged or holds what a layer cannot hold */
export function untar(listener: Listener): Reader {
  const header = Buffer.alloc(blockSize)
  let inHeader = 0
  /** Bytes of the content that are still to come, and of the padding after it. */
  let remaining = 0
  let padding = 0
  let inEntry = false
  let finished = false
  let extension: { readonly flag: Extension; readonly bytes: Buffer } | undefined
  let pax: Map<string, string> | undefined
  let longName: string | undefined
  let longLink: string | undefined

  const readHeader = (bytes: Buffer, at: number) => {
    const raw = decodeHeader(bytes, at)
    if (raw === undefined) {
      finished = true
      return
    }
    if (raw.flag === 'x' || raw.flag === 'L' || raw.flag === 'K' || raw.flag === 'g') {
      if (raw.size > largestExtension)
        throw new Error(`a header of ${raw.size} bytes is more than any archive needs`)
      // what a global header (g) says of the whole archive, as the commit it was made from, is not for us
      extension = raw.flag === 'g' ? undefined : { flag: raw.flag, bytes: Buffer.alloc(raw.size) }
      expect(raw.size)
      if (raw.size === 0) complete()
      return
    }
    const entry = entryOf(raw, pax, longName, longLink)
    pax = longName = longLink = undefined
    listener.entry(entry)
    inEntry = true
    expect(entry.size)
    if (entry.size === 0) complete()
  }

  const expect = (size: number) => {
    remaining = size
    padding = -size & (blockSize - 1)
  }

  /** The content that was announced is all there. */
  const complete = () => {
    if (inEntry) {
      inEntry = false
      listener.end()
    } else if (extension !== undefined) {
      const { flag, bytes } = extension
      extension = undefined
      if (flag === 'x') pax = decodePax(bytes)
      else if (flag === 'L') longName = upToNul(bytes)
      else longLink = upToNul(bytes)
    }
  }

  const content = (chunk: Buffer, at: number): number => {
    const length = Math.min(remaining, chunk.length - at)
    if (inEntry) listener.data(chunk, at, length)
    else if (extension) chunk.copy(extension.bytes, extension.bytes.length - remaining, at, at + length)
    remaining -= length
    if (remaining === 0) complete()
    return length
  }

  const push = (chunk: Buffer) => {
    for (let at = 0; at < chunk.length && !finished; ) {
      if (remaining > 0) at += content(chunk, at)
      else if (padding > 0) {
        const skipped = Math.min(padding, chunk.length - at)
        padding -= skipped
        at += skipped
      } else if (inHeader === 0 && chunk.length - at >= blockSize) {
        readHeader(chunk, at)
        at += blockSize
      } else {
        const copied = chunk.copy(header, inHeader, at)
        inHeader = (inHeader + copied) % blockSize
        at += copied
        if (inHeader === 0) readHeader(header, 0)
      }
    }
  }

  const end = () => {
    // an archive without the zeros at its end is common, one that ends within an entry is broken
    if (
      remaining > 0 ||
      padding > 0 ||
      inHeader > 0 ||
      pax ||
      longName !== undefined ||
      longLink !== undefined
    )
      throw new Error('the archive is cut off: it ends within an entry')
  }
  return { push, end }
}

/** Header and extensions together. */
function entryOf(raw: RawHeader, pax: Map<string, string> | undefined, name?: string, link?: string): Entry {
  const type = typeOf(raw, pax)
  const entry = {
    type,
    name: name ?? raw.name,
    mode: raw.mode,
    uid: raw.uid,
    gid: raw.gid,
    size: type === 'file' ? raw.size : 0,
    seconds: raw.seconds,
    nanoseconds: 0,
    linkName: link ?? raw.linkName,
    major: raw.major,
    minor: raw.minor,
    xattrs: noAttributes,
  }
  return checked(pax === undefined ? entry : { ...entry, ...fromPax(pax, type) })
}

function typeOf({ flag, name }: RawHeader, pax: Map<string, string> | undefined): EntryType {
  if (flag === 'S' || [...(pax?.keys() ?? [])].some((key) => key.startsWith('GNU.sparse.')))
    throw new Error(`${shown(name)} is a sparse file: a layer must not hold such (OCI image spec, layer.md)`)
  const type = (types as Record<string, EntryType>)[flag]
  if (type === undefined)
    throw new Error(`${shown(name)} is of a type that is not known: ${JSON.stringify(flag)}`)
  // before POSIX, a slash at the end made a directory
  return flag === '\0' && name.endsWith('/') ? 'directory' : type
}

/** What the PAX header says goes before what the header says. An empty value takes nothing away from it. */
function fromPax(pax: Map<string, string>, type: EntryType): Partial<Entry> {
  const given: { -readonly [K in keyof Entry]?: Entry[K] } = {}
  const xattrs = new Map<string, string>()
  for (const [key, value] of pax) {
    if (key.startsWith(xattrPrefix)) xattrs.set(key.slice(xattrPrefix.length), value)
    else if (value === '') continue
    else if (key === 'path') given.name = value
    else if (key === 'linkpath') given.linkName = value
    else if (key === 'uid' || key === 'gid') given[key] = decimal(key, value)
    else if (key === 'size' && type === 'file') given.size = decimal(key, value)
    else if (key === 'mtime') Object.assign(given, moment(value))
  }
  return xattrs.size > 0 ? { ...given, xattrs } : given
}

function decimal(key: string, value: string): number {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(number)) throw new Error(`the archive is damaged: ${key} is ${shown(value)}`)
  return number
}

/** Seconds with a fraction, as `1700000000.25`. Before 1970, the nanoseconds still count forward. */
function moment(value: string): { seconds: number; nanoseconds: number } {
  const [, sign, whole, fraction = ''] = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(value) ?? []
  if (whole === undefined) throw new Error(`the archive is damaged: mtime is ${shown(value)}`)
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'))
  if (sign === '') return { seconds: Number(whole), nanoseconds }
  if (nanoseconds === 0) return { seconds: -Number(whole), nanoseconds }
  return { seconds: -Number(whole) - 1, nanoseconds: 1e9 - nanoseconds }
}

/** Refuse what no file system can hold. */
function checked(entry: Entry): Entry {
  const { name, linkName, uid, gid, size } = entry
  if (name.includes('\0') || linkName.includes('\0')) throw new Error(`${shown(name)} has a NUL in its name`)
  // the largest number means "leave it as it is" to chown(2)
  if (uid < 0 || gid < 0 || uid >= 0xffffffff || gid >= 0xffffffff)
    throw new Error(`${shown(name)} belongs to ${uid}:${gid}, which no Linux system can have`)
  if (size < 0) throw new Error(`${shown(name)} has a size below zero`)
  return entry
}

function upToNul(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('latin1', 0, end === -1 ? bytes.length : end)
}

/** A name from the archive, fit for a message. */
export function shown(name: string): string {
  return JSON.stringify(Buffer.from(name, 'latin1').toString().slice(0, 200))
}
