import { describe, expect, it } from 'vitest'
import { progressLine, progressLines, showProgress, sizeText } from './progress.ts'

describe('progress', () => {
  it('is one line with a bar for each layer', () => {
    const line = progressLine(
      { id: 'abc123def456', status: 'Downloading', current: 3_146_000, total: 7_200_000 },
      100,
    )
    expect(line).toBe(`abc123def456: Downloading [${'='.repeat(21)}>${' '.repeat(28)}]  3.146MB/7.2MB`)
  })

  it.each([20, 40, 60, 80, 200])('fits into %i columns', (columns) => {
    const line = { id: 'abc123def456', status: 'Downloading', current: 1, total: 7_200_000 }
    expect(progressLine(line, columns).length).toBeLessThanOrEqual(columns)
    expect(progressLine({ ...line, current: 7_200_000 }, columns).length).toBeLessThanOrEqual(columns)
  })

  it('counts what is done when the terminal is too low', () => {
    const layers = Array.from({ length: 30 }, (_, i) => ({
      id: `${i}`,
      status: i < 20 ? 'Pull complete' : 'Waiting',
    }))
    const lines = progressLines(layers, 80, 8)
    expect(lines).toHaveLength(8)
    expect(lines.at(-1)).toBe('20 layers complete, 10 to go')
  })

  it('is only the result where there is no terminal', () => {
    const written: string[] = []
    const show = showProgress({ write: (text) => written.push(text) })
    show({ kind: 'pulling', repository: 'library/alpine', tag: 'latest' })
    show({ kind: 'layer', id: 'abc123def456', status: 'Downloading', current: 1, total: 2 })
    show({ kind: 'pulled', digest: 'sha256:1', newer: true, name: 'alpine:latest' })
    expect(written.join('')).toBe('Digest: sha256:1\nStatus: Downloaded newer image for alpine:latest\n')
  })

  it.each([
    [0, '0B'],
    [999, '999B'],
    [1000, '1kB'],
    [3_145_728, '3.146MB'],
    [7_200_000, '7.2MB'],
  ])('writes %i bytes as %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text)
  })
})
