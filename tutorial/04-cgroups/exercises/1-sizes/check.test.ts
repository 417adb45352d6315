import { expect, it } from 'vitest'
import { bytesOf, cpuFilesOf } from './exercise.ts'

const MiB = 2 ** 20

/** Processors, as the files of a version say it. */
function processorsIn(version: 1 | 2, cpus: string): number {
  const files = cpuFilesOf(version, cpus)
  const names = version === 2 ? ['cpu.max'] : ['cpu.cfs_period_us', 'cpu.cfs_quota_us']
  expect(Object.keys(files).sort(), `the files of version ${version} for --cpus ${cpus}`).toEqual(names)
  const [quota, period] =
    version === 2 ? files['cpu.max']!.split(' ') : [files['cpu.cfs_quota_us']!, files['cpu.cfs_period_us']!]
  for (const value of [quota, period])
    expect(value, `--cpus ${cpus} on version ${version}: whole microseconds`).toMatch(/^\d+$/)
  expect(
    [Number(quota), Number(period)],
    `--cpus ${cpus} on version ${version}: no quota below 1,000 microseconds`,
  ).toEqual([expect.toSatisfy((n: number) => n >= 1000), 100_000])
  return Number(quota) / Number(period)
}

it('a size has a unit, or is in bytes', () => {
  for (const [text, bytes] of [
    ['4096', 4096],
    ['4096b', 4096],
    ['32k', 32 * 1024],
    ['64m', 64 * MiB],
    ['2g', 2048 * MiB],
    ['0', 0],
  ] as const)
    expect(bytesOf(text), `${text} in bytes`).toBe(bytes)
})

it('people write units in many ways', () => {
  for (const text of ['64M', '64mb', '64MB', '64mib', '64MiB'])
    expect(bytesOf(text), `${text} is the same as 64m`).toBe(64 * MiB)
})

it('a size may have parts, and no half bytes', () => {
  expect(bytesOf('1.5g'), '1.5g in bytes').toBe(1536 * MiB)
  expect(bytesOf('0.25k'), '0.25k in bytes').toBe(256)
  expect(bytesOf('1.0001k'), '1.0001k is 1,024 bytes and a tenth of one').toBe(1024)
})

it('what is no size is refused', () => {
  for (const text of ['', 'm', '-1', '12x', '64mm', '64bm', '1,5g', '1.g', '1e3', '0x10', ' 64m', 'NaN'])
    expect(() => bytesOf(text), `"${text}" is no size`).toThrow(/./)
})

it('version 2 has quota and period in one file, version 1 in two', () => {
  for (const version of [1, 2] as const)
    for (const cpus of ['0.5', '1', '2', '.25', '1.5', '0.01'])
      expect(processorsIn(version, cpus), `--cpus ${cpus} on version ${version}`).toBe(Number(cpus))
})

it('microseconds are whole, and near to what was asked for', () => {
  for (const cpus of ['1.005', '0.333333', '0.29', '2.675'])
    for (const version of [1, 2] as const)
      expect(
        Math.abs(processorsIn(version, cpus) - Number(cpus)) * 100_000,
        `--cpus ${cpus}: this many microseconds are missing in each period`,
      ).toBeLessThanOrEqual(0.5001)
})

it('what is no number of processors is refused, and so is too little of one', () => {
  for (const cpus of ['', '.', 'two', '-1', '1e3', '0x2', '1,5', ' 1', 'Infinity', 'NaN', '0', '0.001'])
    for (const version of [1, 2] as const)
      expect(() => cpuFilesOf(version, cpus), `"${cpus}" processors`).toThrow(/./)
})
