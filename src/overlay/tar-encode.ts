// The blocks that begin an entry of a tar archive: the header, and before it, if the header has no room for something,
// a PAX header with that. The other direction is in tar-header.ts.

import { blockSize, checksum, type Entry, field, types, xattrPrefix } from './tar-header.ts'

/** The zeros that end an archive. */
export const endOfArchive = Buffer.alloc(2 * blockSize)

/** The zeros that fill up the last block of a content of `size` bytes. */
export function padding(size: number): Buffer {
  return Buffer.alloc(-size & (blockSize - 1))
}

/** The largest numbers that fit into a field of 8 and of 12 octal digits, the last of which is a NUL. */
const mostIn8 = 0o7777777
const mostIn12 = 0o77777777777

/** All that stands before the content of `entry`. */
export function encodeHeader(entry: Entry): Buffer {
  const records = paxRecords(entry)
  const header = ustar(entry, typeFlag(entry))
  if (records.length === 0) return header
  const lines = Buffer.concat(records)
  const name = `PaxHeaders/${entry.name.replace(/\/$/, '').split('/').at(-1)}`
  const about = {
    ...entry,
    name: name.slice(0, 100),
    linkName: '',
    size: lines.length,
    mode: 0o644,
    uid: 0,
    gid: 0,
  }
  return Buffer.concat([ustar(about, 'x'), lines, padding(lines.length), header])
}

/** What the header cannot say. */
function paxRecords(entry: Entry): Buffer[] {
  const { name, linkName, uid, gid, size, seconds, nanoseconds, xattrs } = entry
  const records: [string, string][] = []
  if (!fits(name)) records.push(['path', name])
  if (!fits(linkName)) records.push(['linkpath', linkName])
  if (uid > mostIn8) records.push(['uid', String(uid)])
  if (gid > mostIn8) records.push(['gid', String(gid)])
  if (size > mostIn12) records.push(['size', String(size)])
  if (nanoseconds !== 0 || seconds < 0 || seconds > mostIn12)
    records.push(['mtime', moment(seconds, nanoseconds)])
  for (const [key, value] of xattrs) records.push([xattrPrefix + key, value])
  return records.map(([key, value]) => paxRecord(key, value))
}

/** `length key=value`, where the length counts itself too. */
function paxRecord(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`
  let length = rest.length
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length
  return Buffer.from(`${length}${rest}`, 'latin1')
}

function fits(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  return name.length <= 100 && /^[\x00-\x7f]*$/.test(name)
}

function moment(seconds: number, nanoseconds: number): string {
  const total = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)
  const digits = String(total < 0n ? -total : total).padStart(10, '0')
  const fraction = digits.slice(-9).replace(/0+$/, '')
  return `${total < 0n ? '-' : ''}${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`
}

function typeFlag({ type }: Entry): string {
  return Object.entries(types).find(([, name]) => name === type)![0]
}

function ustar(entry: Entry, flag: string): Buffer {
  const block = Buffer.alloc(blockSize)
  const text = (at: readonly [number, number], value: string) =>
    block.write(value.slice(0, at[1]), at[0], 'latin1')
  const octal = (at: readonly [number, number], value: number, most: number) =>
    text(at, (value < 0 || value > most ? 0 : value).toString(8).padStart(at[1] - 1, '0'))
  text(field.name, entry.name)
  octal(field.mode, entry.mode, mostIn8)
  octal(field.uid, entry.uid, mostIn8)
  octal(field.gid, entry.gid, mostIn8)
  octal(field.size, entry.size, mostIn12)
  octal(field.mtime, entry.seconds, mostIn12)
  text(field.type, flag)
  text(field.linkName, entry.linkName)
  text(field.magic, 'ustar\x0000')
  octal(field.major, entry.major, mostIn8)
  octal(field.minor, entry.minor, mostIn8)
  text(field.checksum, `${checksum(block, 0).toString(8).padStart(6, '0')}\0 `)
  return block
}
