// The log of a container: <id>-json.log in its folder, and older files with .1, .2 … behind it, the newest first.
// Written by its supervisor alone; read by anyone who is root.

import { closeSync, fstatSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LogOptions } from '../container/options.ts'
import type { Places } from '../container/places.ts'
import { folder } from '../container/state.ts'
import { firstLine, logLine, logLines, type Splitter, type Stream, splitter, wholeLines } from './log-line.ts'

/** The present file. */
export function logPath(places: Places, id: string): string {
  return join(folder(places, id), `${id}-json.log`)
}

export interface LogFile {
  /** Write down what the container wrote. A disk that is full is told once, and the container goes on. */
  readonly write: (bytes: Buffer, stream: Stream) => void
  /** The stream has ended: write down an unfinished line. */
  readonly end: (stream: Stream) => void
  /** Write down what is there of an unfinished line, as a part of it. */
  readonly flush: () => void
  readonly close: () => void
}

/**
 * What is kept unless a person says otherwise: a program that writes without end must not fill the disk of the host. As much
 * as Docker's driver `local` keeps; its json-file keeps all.
 */
const usual = { maxSize: 20 * 2 ** 20, maxFiles: 5 }

/** @param options.maxSize bytes of one file; -1 for no end. With a size, there is one file unless `maxFiles` says more */
export function openLog(path: string, options: Partial<LogOptions> = {}): LogFile {
  const { maxSize, maxFiles = 1 } = options.maxSize === undefined ? usual : options
  const isBounded = maxSize !== undefined && maxSize > 0
  let fd = openSync(path, 'a', 0o600)
  let size = fstatSync(fd).size
  let isFull = false
  const streams: Readonly<Record<Stream, Splitter>> = { stdout: splitter(), stderr: splitter() }

  // #region rotate
  const rotate = () => {
    for (let n = maxFiles - 1; n > 1; n--) move(`${path}.${n - 1}`, `${path}.${n}`)
    if (maxFiles > 1) move(path, `${path}.1`)
    else rmSync(path, { force: true })
    const next = openSync(path, 'a', 0o600)
    closeSync(fd)
    fd = next
    size = 0
  }
  // #endregion rotate

  const put = (text: string) => {
    if (text === '') return
    try {
      size += writeWhole(fd, text)
    } catch (error) {
      size = fstatSync(fd).size
      throw error
    }
    isFull = false
  }

  const oneByOne = (lines: readonly Buffer[], stream: Stream, time: string) => {
    let text = ''
    for (const line of lines) {
      const next = logLine(line, stream, time)
      if (isBounded && size + text.length > 0 && size + text.length + next.length > maxSize) {
        put(text)
        text = ''
        rotate()
      }
      text += next
    }
    put(text)
  }

  const attempt = (work: (time: string) => void) => {
    try {
      work(new Date().toISOString())
    } catch (error) {
      if (!isFull) complain(`The log ${path} has a gap: ${(error as Error).message}\n`)
      isFull = true
    }
  }

  const write = (bytes: Buffer, stream: Stream, time: string) => {
    const { take, isWithin } = streams[stream]
    const first = isWithin() ? firstLine(bytes) : bytes.subarray(0, 0)
    const begun = take(first)
    const rest = bytes.subarray(first.length)
    const whole = isWithin() ? rest.subarray(0, 0) : rest.subarray(0, wholeLines(rest))
    const text = begun.map((line) => logLine(line, stream, time)).join('') + logLines(whole, stream, time)
    if (!isBounded || size + text.length <= maxSize) put(text)
    else oneByOne([...begun, ...splitter().take(whole)], stream, time)
    oneByOne(take(rest.subarray(whole.length)), stream, time)
  }

  const end = (stream: Stream) => {
    const lines = streams[stream].end()
    if (lines.length > 0) attempt((time) => oneByOne(lines, stream, time))
  }

  return {
    write: (bytes, stream) => attempt((time) => write(bytes, stream, time)),
    end,
    flush: () => {
      for (const stream of ['stdout', 'stderr'] as const) end(stream)
    },
    close: () => closeSync(fd),
  }
}

/** Where this goes may be on the same disk, which is full. */
function complain(text: string): void {
  try {
    writeSync(2, text)
  } catch {
    // then the gap must speak for itself
  }
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

let scratch = Buffer.alloc(0)

/** Write all of it; where there is no room for that, no half of a line stays. @returns its bytes */
function writeWhole(fd: number, text: string): number {
  // new memory for each piece would cost more than to fill it. A unit of a string has at most three bytes in UTF-8
  if (scratch.length < 3 * text.length) scratch = Buffer.allocUnsafeSlow(3 * text.length)
  const length = scratch.write(text)
  let done = 0
  try {
    while (done < length) done += writeSync(fd, scratch, done, length - done)
  } catch (error) {
    const torn = done - (scratch.subarray(0, done).lastIndexOf(0x0a) + 1)
    if (torn > 0) ftruncateSync(fd, fstatSync(fd).size - torn)
    throw error
  }
  return length
}
