import { describe, expect, it } from 'vitest'
import { logLine, logLines, splitter, wholeLines } from './log-line.ts'

const taken = (...pieces: string[]) => {
  const { take, end } = splitter()
  const lines = pieces.flatMap((piece) => take(Buffer.from(piece)))
  return [...lines, ...end()].map(String)
}

describe('what a container writes is cut into lines', () => {
  it.each<[string, string[], string[]]>([
    ['one line', ['a\n'], ['a\n']],
    ['two in one piece', ['a\nb\n'], ['a\n', 'b\n']],
    ['one in three pieces', ['a', 'b', 'c\n'], ['abc\n']],
    ['an unfinished one at the end', ['a\nb'], ['a\n', 'b']],
    ['empty lines', ['\n\n'], ['\n', '\n']],
    ['nothing', [], []],
  ])('%s', (_, pieces, lines) => expect(taken(...pieces)).toEqual(lines))

  it('of 16 KB at most, and nothing is lost of longer ones', () => {
    const text = `${'x'.repeat(40_000)}\n`
    const lines = taken(text.slice(0, 20_000), text.slice(20_000))
    expect(lines.map(({ length }) => length)).toEqual([16_384, 16_384, 7233])
    expect(lines.join('')).toBe(text)
  })
})

describe('a line of the log', () => {
  it('is Docker’s JSON', () => {
    expect(logLine(Buffer.from('say "hi"\n'), 'stderr', '2026-01-01T00:00:00.000Z')).toBe(
      '{"log":"say \\"hi\\"\\n","stream":"stderr","time":"2026-01-01T00:00:00.000Z"}\n',
    )
  })

  it('is JSON whatever the bytes are', () => {
    const bytes = Buffer.from([0, 0xff, 0x1b, 0x0a])
    expect(JSON.parse(logLine(bytes, 'stdout', 'x')).log).toBe('\0\ufffd\x1b\n')
  })
})

describe('many lines at once', () => {
  it.each<[string, string, number]>([
    ['nothing', '', 0],
    ['an unfinished line', 'a', 0],
    ['a line and a half', 'a\nb', 2],
    ['empty lines', '\n\n', 2],
    ['a line of 16 KB', `${'x'.repeat(16_383)}\n`, 16_384],
    ['a longer one behind a short one', `a\n${'x'.repeat(16_384)}\n`, 2],
  ])('are complete lines that are not too long: %s', (_, text, length) =>
    expect(wholeLines(Buffer.from(text))).toBe(length),
  )

  it('are the same as each by itself', () => {
    const quotes = ['a', '', '"', '\\', '",', '",\t"', 'ü € 😀', '\\n', '\u2028', '\x1b[0m', '[', '']
    const lines = [
      ...quotes.map((text) => Buffer.from(`${text}\n`)),
      Buffer.from([0xe2, 0x82, 0x0a]),
      Buffer.from([0xff, 0, 0x0a]),
    ]
    expect(logLines(Buffer.concat(lines), 'stdout', 'now')).toBe(
      lines.map((line) => logLine(line, 'stdout', 'now')).join(''),
    )
    for (const line of lines) expect(logLines(line, 'stderr', 'now')).toBe(logLine(line, 'stderr', 'now'))
    expect(logLines(Buffer.alloc(0), 'stdout', 'now')).toBe('')
  })
})
