import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tinyFiles } from './tiny.ts'

describe.skipIf(process.platform !== 'linux')('the plan of tiny', () => {
  const files = process.platform === 'linux' ? tinyFiles() : []
  const paths = files.map(({ path }) => path)
  const names = paths.map((path) => path.split('/').at(-1))

  it('names every path once, and directories before what lies in them', () => {
    expect(new Set(paths).size).toBe(paths.length)
    const known = new Set([''])
    for (const { path, kind } of files) {
      expect(known).toContain(path.split('/').slice(0, -1).join('/'))
      if (kind === 'directory') known.add(path)
    }
  })

  it('has a shell, the everyday programs, and the files that programs expect', () => {
    expect(names).toEqual(
      expect.arrayContaining(['sh', 'ls', 'cat', 'env', 'id', 'sleep', 'head', 'grep', 'true']),
    )
    expect(paths).toEqual(
      expect.arrayContaining(['etc/passwd', 'etc/group', 'etc/os-release', 'proc', 'sys', 'dev']),
    )
    expect(files.find(({ path }) => path === 'tmp')?.mode).toBe(0o1777)
  })

  it('has real files behind all copies, and no program that gives rights away', () => {
    for (const file of files) {
      if (file.kind === 'copy') expect(statSync(file.source).isFile()).toBe(true)
      if (file.kind !== 'directory') expect(file.mode & 0o7000).toBe(0)
    }
  })

  it('is small', () => {
    const size = files.reduce((sum, file) => sum + (file.kind === 'copy' ? statSync(file.source).size : 0), 0)
    expect(size).toBeLessThan(32 * 2 ** 20)
  })
})
