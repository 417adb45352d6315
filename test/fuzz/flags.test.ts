// What people and their scripts type: each flag is understood, or refused with a UserError; and no pattern takes for ever.

import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { duration, milliseconds } from '../../src/cli/duration.ts'
import { filtersOf } from '../../src/cli/filter.ts'
import { fill, formatRows } from '../../src/cli/format.ts'
import { globMatches } from '../../src/cli/glob.ts'
import { mountFlag, volumeFlag, volumesFromFlag } from '../../src/cli/mount-flags.ts'
import { pointInTime } from '../../src/cli/point-in-time.ts'
import { exposeFlag, publishFlag } from '../../src/cli/port-spec.ts'
import { bytes } from '../../src/container/units.ts'
import { subnetFrom, subnetText } from '../../src/network/subnet.ts'
import { orRefused, patience, runs } from './runs.ts'

vi.setConfig({ testTimeout: patience })

const pieces = [
  ...[
    '80',
    '0',
    '65535',
    '65536',
    '-',
    ':',
    '/',
    'tcp',
    'udp',
    '127.0.0.1',
    '[::1]',
    '8000-8010',
    '..',
    ',',
    '=',
    'type',
  ],
  ...[
    'bind',
    'volume',
    'tmpfs',
    'src',
    'dst',
    'ro',
    '/a',
    '/a/../..',
    '"',
    '\\',
    '\0',
    '\x1b[2J',
    ' ',
    '1',
    'k',
    'g',
    'm',
  ],
  ...[
    's',
    'h',
    'ns',
    '.',
    '1e9',
    '99999999999999999999',
    '{{',
    '}}',
    '.A',
    'json',
    'index',
    'table',
    'upper',
    '*',
    '?',
    '[a-',
    'constructor',
    '__proto__',
    'label=',
    'name=',
  ],
]
const typed = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...pieces) }, fc.string({ maxLength: 6 })), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''))

const about = (name: string, take: (text: string) => void) =>
  it(name, () => {
    fc.assert(
      fc.property(typed, (text) => {
        orRefused(() => take(text))
      }),
      runs(6),
    )
  })

const isPort = (port: number) => Number.isInteger(port) && port >= 0 && port <= 65535

describe('is understood, or refused', () => {
  about('-p', (text) => {
    for (const { containerPort, hostPort } of publishFlag(text) as {
      containerPort?: number
      hostPort?: number
    }[])
      for (const port of [containerPort ?? 1, hostPort ?? 1]) expect(isPort(port)).toBe(true)
  })
  about('--expose', (text) => {
    for (const one of exposeFlag(text)) expect(one).toMatch(/^\d+\/(tcp|udp)$/)
  })
  about('-v', (text) => {
    expect(typeof volumeFlag(text).target).toBe('string')
  })
  about('--mount', (text) => {
    expect(typeof mountFlag(text).target).toBe('string')
  })
  about('--volumes-from', volumesFromFlag)
  about(
    '--filter',
    (text) => filtersOf([text], { label: (value) => () => value === '', name: () => () => true }).length,
  )
  about('a size', (text) => {
    const size = bytes(text)
    expect(size >= -1 && Number.isFinite(size)).toBe(true)
  })
  about('a duration', (text) => {
    expect(duration(text) ?? 0).not.toBeNaN()
    expect(milliseconds(text, '--flag')).not.toBeNaN()
  })
  about('a point in time', (text) => expect(pointInTime(text, 1e12)).not.toBeNaN())
  about('a subnet', (text) => {
    const subnet = subnetFrom(text)
    if (subnet) expect(subnetFrom(subnetText(subnet))).toEqual(subnet)
  })
  about('--format', (text) => {
    const data = { A: { B: ['c'], D: null }, E: 1 }
    fill(text, data)
    formatRows([{ A: 'x' }, { A: 'y' }], [{ heading: 'A', field: 'A' }], text)
  })
})

describe('--format', () => {
  it('shows what the data has, and nothing of the program', () => {
    for (const path of ['constructor', '__proto__', 'A.constructor.name', 'toString', 'hasOwnProperty'])
      expect(() => fill(`{{.${path}}}`, { A: {} })).toThrow(/map has no entry for key/)
  })
})

it('a pattern with many stars ends', () => {
  expect(globMatches(`${'*a'.repeat(40)}b`, 'a'.repeat(5000))).toBe(false)
  expect(globMatches('*'.repeat(1000), 'a'.repeat(1000))).toBe(true)
})
