// The log of a container, as it is read: the older files first, and then the present one, which may still grow.

import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Stream } from './log-line.ts'

export interface LogEntry {
  readonly log: string
  readonly stream: Stream
  /** RFC 3339 */
  readonly time: string
}

/** The files of a log, the oldest first. */
export function logFiles(path: string): string[] {
  const directory = dirname(path)
  if (!existsSync(directory)) return []
  const rotated = readdirSync(directory)
    .filter((name) => name.startsWith(`${basename(path)}.`))
    .map((name) => Number(name.slice(basename(path).length + 1)))
    .filter((number) => number > 0)
    .sort((a, b) => b - a)
  return [
    ...rotated.map((number) => join(directory, `${basename(path)}.${number}`)),
    ...(existsSync(path) ? [path] : []),
  ]
}

const pieceSize = 1 << 18

export interface LineReading<T> {
  /**
   * All entries that are there now, the oldest first, many at a time. A last line that is only half written is left for
   * later.
   */
  readonly now: () => Generator<readonly T[], void, undefined>
  /** What is written after that, until `isOver` and all is read. Goes on in the new file when the present one is rotated. */
  readonly follow: (isOver: () => boolean) => AsyncGenerator<readonly T[], void, undefined>
}

/** In milliseconds, between two looks for more. */
const interval = 50

/** The log of a container. */
export const logReader = (path: string) => jsonLines<LogEntry>(path)

/** A file with one JSON object a line, and the older ones of its name with .1, .2 … behind it. */
export function jsonLines<T>(path: string): LineReading<T> {
  let present: LineReader<T> | undefined
  const open = () => {
    present ??= existsSync(path) ? lineReader<T>(openSync(path, 'r')) : undefined
    return present
  }
  return {
    *now() {
      for (const file of logFiles(path)) {
        const reader = file === path ? open() : lineReader<T>(openSync(file, 'r'))
        if (reader) yield* reader.more()
        if (reader !== present) reader?.close()
      }
    },
    async *follow(isOver) {
      for (;;) {
        const over = isOver()
        const reader = open()
        if (reader) yield* reader.more()
        if (reader && hasMoved(reader.inode, path)) {
          // between the last look and the rotation more may have come
          yield* reader.more()
          reader.close()
          present = undefined
        } else if (over) {
          reader?.close()
          return
        } else await setTimeout(interval)
      }
    },
  }
}

/** The last `count` of them. */
export function lastOf<T>(all: Iterable<readonly T[]>, count: number): T[] {
  const last: T[] = []
  if (count === 0) return last
  for (const some of all) {
    last.push(...some)
    if (last.length > 2 * count + 1000) last.splice(0, last.length - count)
  }
  return last.slice(-count)
}

function hasMoved(inode: number, path: string): boolean {
  const fd = existsSync(path) ? openSync(path, 'r') : undefined
  if (fd === undefined) return false
  try {
    return fstatSync(fd).ino !== inode
  } finally {
    closeSync(fd)
  }
}

interface LineReader<T> {
  readonly inode: number
  readonly more: () => Generator<readonly T[], void, undefined>
  readonly close: () => void
}

function lineReader<T>(fd: number): LineReader<T> {
  const { ino: inode } = fstatSync(fd)
  const piece = Buffer.alloc(pieceSize)
  let position = 0
  let rest: Buffer = Buffer.alloc(0)
  return {
    inode,
    close: () => closeSync(fd),
    *more() {
      for (;;) {
        const length = readSync(fd, piece, 0, pieceSize, position)
        if (length === 0) return
        position += length
        const bytes = Buffer.concat([rest, piece.subarray(0, length)])
        const end = bytes.lastIndexOf(0x0a) + 1
        rest = bytes.subarray(end)
        const entries = end === 0 ? [] : parseAll<T>(bytes.toString('utf8', 0, end - 1))
        if (entries.length > 0) yield entries
      }
    },
  }
}

/** All lines in one call: an object each, so that the line feeds between them are the only ones. */
function parseAll<T>(lines: string): T[] {
  try {
    return JSON.parse(`[${lines.replaceAll('\n', ',')}]`) as T[]
  } catch {
    return lines.split('\n').flatMap((line) => parse<T>(line) ?? [])
  }
}

/** A line that a crash or a full disk has cut is no entry. */
function parse<T>(line: string): T | undefined {
  try {
    return JSON.parse(line) as T
  } catch {
    return undefined
  }
}
