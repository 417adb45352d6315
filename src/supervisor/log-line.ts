// From bytes to the lines of a log, in the format of Docker's driver json-file: one JSON object a line, with the text, the
// stream that it came from, and the time. A line of more than 16 KB comes in parts, of which the last one ends with
// a line feed. https://docs.docker.com/engine/logging/drivers/json-file/

export type Stream = 'stdout' | 'stderr'

const longest = 16 * 1024
const lineFeed = 0x0a

export interface Splitter {
  /** The lines that are complete with these bytes, each with its line feed. */
  readonly take: (bytes: Buffer) => Buffer[]
  /** What is left at the end of the stream, without a line feed; nothing if there is nothing. */
  readonly end: () => Buffer[]
  /** Has a line begun that is not complete? */
  readonly isWithin: () => boolean
}

/** One for each stream. */
export function splitter(): Splitter {
  let rest: Buffer[] = []
  let length = 0
  const flush = (last: Buffer): Buffer => {
    const line = rest.length === 0 ? last : Buffer.concat([...rest, last])
    rest = []
    length = 0
    return line
  }
  return {
    take: (bytes) => {
      const lines: Buffer[] = []
      let from = 0
      while (from < bytes.length) {
        const feed = bytes.indexOf(lineFeed, from)
        const end = Math.min(feed === -1 ? bytes.length : feed + 1, from + longest - length)
        const piece = bytes.subarray(from, end)
        from = end
        if (end === feed + 1 || length + piece.length === longest) lines.push(flush(piece))
        else {
          // the bytes are not ours to keep: the next read uses the same memory
          rest.push(Buffer.from(piece))
          length += piece.length
        }
      }
      return lines
    },
    end: () => (length === 0 ? [] : [flush(Buffer.alloc(0))]),
    isWithin: () => length > 0,
  }
}

/** How many of the bytes, which begin with a line, are complete lines, none of them too long for one entry. */
export function wholeLines(bytes: Buffer): number {
  for (let end = 0; ; ) {
    const feed = bytes.lastIndexOf(lineFeed, Math.min(end + longest, bytes.length) - 1)
    if (feed < end) return end
    end = feed + 1
  }
}

/** The first bytes up to a line feed; all of them if there is none. */
export function firstLine(bytes: Buffer): Buffer {
  const feed = bytes.indexOf(lineFeed)
  return feed === -1 ? bytes : bytes.subarray(0, feed + 1)
}

/** A line of the log file. Bytes that are no UTF-8 become U+FFFD, as in Docker. */
export function logLine(line: Buffer, stream: Stream, time: string): string {
  return `{"log":${JSON.stringify(line.toString('utf8'))},"stream":"${stream}","time":"${time}"}\n`
}

/** The same for many lines (`wholeLines`) in a few calls, whose number does not grow with them. */
export function logLines(whole: Buffer, stream: Stream, time: string): string {
  if (whole.length === 0) return ''
  // indented, each text is in a line of its own, and JSON has no other line feeds
  const texts = JSON.stringify(whole.toString('utf8', 0, whole.length - 1).split('\n'), null, 1)
  const end = `\\n","stream":"${stream}","time":"${time}"}\n`
  return `{"log":${texts.slice('[\n '.length, -'"\n]'.length).replaceAll('",\n ', `${end}{"log":`)}${end}`
}
