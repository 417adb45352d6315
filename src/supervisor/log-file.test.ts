import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLog } from './log-file.ts'
import { logFiles, logReader } from './log-reader.ts'

describe('what is written in large pieces', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gocker-log-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const lines = Array.from(
    { length: 5000 },
    (_, n) => `${n} ${n % 9 === 0 ? '"\\\t€' : 'x'.repeat(n % 200)}\n`,
  )
  const long = `${'y'.repeat(40_000)}\n`
  const text = Buffer.from([...lines, long, ...lines].join(''))

  const written = (path: string, options: Parameters<typeof openLog>[1], piece: number) => {
    const log = openLog(path, options)
    for (let at = 0; at < text.length; at += piece) log.write(text.subarray(at, at + piece), 'stdout')
    log.end('stdout')
    log.close()
    return [...logReader(path).now()].flat()
  }

  it.each([1000, 4096, 65_536])(
    'is all there, and split only where a line is too long: %i bytes',
    (piece) => {
      const entries = written(join(folder, 'log'), { maxSize: -1 }, piece)
      expect(entries.map(({ log }) => log).join('')).toBe(text.toString())
      expect(entries.length).toBe(2 * lines.length + 3)
    },
  )

  it('goes to the next file at a line, and no file is larger than it may be', () => {
    const path = join(folder, 'log')
    const entries = written(path, { maxSize: 100_000, maxFiles: 1000 }, 65_536)
    expect(entries.map(({ log }) => log).join('')).toBe(text.toString())
    const files = logFiles(path)
    expect(files.length).toBeGreaterThan(10)
    // sizes are counted in characters within a piece, so a few bytes more are possible
    for (const file of files) expect(statSync(file).size).toBeLessThan(105_000)
    for (const file of files) expect(readFileSync(file, 'utf8').endsWith('"}\n')).toBe(true)
  })
})
