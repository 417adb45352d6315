// Of a tree that is deeper than a path can say, and of one that is not.

import { mkdirSync, mkdtempSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { difference } from '../overlay/difference.ts'
import { removeTree } from '../rootfs/remove-tree.ts'
import { diskUsage } from './disk-usage.ts'

const root = mkdtempSync(join(tmpdir(), 'gocker-disk-'))
const content = Buffer.alloc(20_000, 'x')
afterAll(() => removeTree(root))

/** Directories within each other, of ten names that fill a path to the half each. @returns the lowest one of the first ten */
function deep(name: string): string {
  const half = Array.from({ length: 10 }, () => 'd'.repeat(250)).join('/')
  const [above, below] = [join(root, name, half), join(root, 'below', half)]
  for (const directory of [above, below]) mkdirSync(directory, { recursive: true })
  writeFileSync(join(below, 'file'), content)
  renameSync(join(root, 'below'), join(above, 'below'))
  return above
}

it('counts what lies below directories that no path leads to, and what comes after them', () => {
  const above = deep('counted')
  writeFileSync(join(root, 'counted', 'a'), content)
  writeFileSync(join(root, 'counted', 'z'), content)
  writeFileSync(Buffer.from(join(root, 'counted', 'not UTF-8: \xff'), 'latin1'), content)
  symlinkSync('/', join(root, 'counted', 'link'))
  const one = statSync(join(root, 'counted', 'a')).blocks * 512
  expect(diskUsage(join(root, 'counted'))).toBe(4 * one)
  expect(diskUsage(above)).toBe(one)
  expect(diskUsage(join(root, 'counted', 'link'))).toBe(0)
})

it('what is too deep becomes no archive, and is told by the beginning of its name', () => {
  deep('archived')
  expect(() => Array.from(difference(join(root, 'archived')))).toThrow(
    /^\/d{40}… is deeper than a path can say/,
  )
})
