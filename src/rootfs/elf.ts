// What a program says about itself to the one who loads it: for which processor it is, which loader it asks for,
// and which libraries. ldd(1) finds this out by starting the program; here only the file is read. elf(5)

import { closeSync, openSync, readSync } from 'node:fs'

export interface Elf {
  /** The processor: 62 is x86-64, 183 is arm64. elf.h, EM_… */
  readonly machine: number
  /** The loader, an absolute path; a static program and a library have none. */
  readonly interpreter?: string
  /** The names of the libraries that it needs itself: `libc.so.6`. */
  readonly needed: readonly string[]
  /** Directories where its libraries are looked for first; `$ORIGIN` is the directory of the file itself. */
  readonly searched: readonly string[]
}

// elf.h: what the numbers in the headers mean
const PT_LOAD = 1
const PT_DYNAMIC = 2
const PT_INTERP = 3
const DT_NULL = 0
const DT_NEEDED = 1
const DT_STRTAB = 5
const DT_STRSZ = 10
const DT_RPATH = 15
const DT_RUNPATH = 29
const magic64LittleEndian = '7f454c460201'

/** A piece of the file and the address at which the loader puts it. */
interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly size: number
}

/** Tables and texts of real programs are a few kilobytes; a file that claims more is damaged, or made to hurt. */
const longest = 2 ** 24

/**
 * Read the headers of `path`. undefined if it is no 64-bit little-endian ELF file: a script, for example.
 * What a damaged one says of itself is read as far as it goes.
 * @throws the errors of open(2) and read(2)
 */
export function readElf(path: string): Elf | undefined {
  const fd = openSync(path, 'r')
  try {
    return parse((offset, size) => {
      if (!Number.isSafeInteger(offset) || size > longest) return Buffer.alloc(0)
      const bytes = Buffer.alloc(size)
      return bytes.subarray(0, readSync(fd, bytes, 0, size, offset))
    })
  } finally {
    closeSync(fd)
  }
}

type Read = (offset: number, size: number) => Buffer

function parse(read: Read): Elf | undefined {
  const header = read(0, 64)
  if (header.length < 64 || header.toString('hex', 0, 6) !== magic64LittleEndian) return undefined
  const segments = segmentsOf(header, read)
  const interp = segments.find(({ type }) => type === PT_INTERP)
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC)
  return {
    machine: header.readUInt16LE(18),
    ...(interp && { interpreter: text(read(interp.offset, interp.size), 0) }),
    ...(dynamic ? wishes(dynamic, segments, read) : { needed: [], searched: [] }),
  }
}

/** The program headers: 56 bytes each. elf(5), Elf64_Phdr */
function segmentsOf(header: Buffer, read: Read): Segment[] {
  const [start, size, count] = [number(header, 32), header.readUInt16LE(54), header.readUInt16LE(56)]
  if (size < 56) return []
  const table = read(start, size * count)
  return Array.from({ length: Math.floor(table.length / size) }, (_, i) => {
    const entry = table.subarray(i * size)
    return {
      type: entry.readUInt32LE(0),
      offset: number(entry, 8),
      address: number(entry, 16),
      size: number(entry, 32),
    }
  })
}

/** The dynamic section: pairs of a tag and a value; a text is given by its place in a table of texts. */
function wishes(
  dynamic: Segment,
  segments: readonly Segment[],
  read: Read,
): Pick<Elf, 'needed' | 'searched'> {
  const table = read(dynamic.offset, dynamic.size)
  const entries = Array.from({ length: Math.floor(table.length / 16) }, (_, i) => ({
    tag: number(table, i * 16),
    value: number(table, i * 16 + 8),
  }))
  const end = entries.findIndex(({ tag }) => tag === DT_NULL)
  const used = end === -1 ? entries : entries.slice(0, end)
  const wish = (tag: number) => used.find((entry) => entry.tag === tag)?.value
  const at = wish(DT_STRTAB)
  // the table is given by its address in memory: the segment that will hold it says where it is in the file
  const home = segments.find(
    (s) => s.type === PT_LOAD && at !== undefined && at >= s.address && at < s.address + s.size,
  )
  if (at === undefined || !home) return { needed: [], searched: [] }
  const texts = read(home.offset + at - home.address, wish(DT_STRSZ) ?? 0)
  const textsOf = (tag: number) =>
    used.filter((entry) => entry.tag === tag).map(({ value }) => text(texts, value))
  // RUNPATH replaces the older RPATH. ld.so(8)
  const runpath = textsOf(DT_RUNPATH)
  const searched = (runpath.length > 0 ? runpath : textsOf(DT_RPATH)).flatMap((list) => list.split(':'))
  return { needed: textsOf(DT_NEEDED), searched: searched.filter((dir) => dir !== '') }
}

function number(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigUInt64LE(offset))
}

function text(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(0, start)
  return bytes.toString('utf8', start, end === -1 ? bytes.length : end)
}
