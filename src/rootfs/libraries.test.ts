import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { elfFile } from './elf.fixture.ts'
import { needsOf } from './libraries.ts'

const [x64, arm64, needed, runpath] = [62, 183, 1, 29] as const

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gocker-test-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

/** A program or library at `path` that needs `libraries`. */
function elf(
  path: string,
  libraries: readonly string[] = [],
  { machine = x64 as number, searched = '' } = {},
): void {
  const dynamic = libraries.map((name) => [needed, name] as const)
  put(path, elfFile(machine, '/lib64/ld.so', searched === '' ? dynamic : [...dynamic, [runpath, searched]]))
}

const found = (optional: string[] = []) =>
  Object.fromEntries(needsOf(['/bin/alice'], optional, root).libraries.map(({ name, path }) => [name, path]))

describe('the libraries of a program', () => {
  it('are those that it names, and those that they name, each once', () => {
    elf('/bin/alice', ['libone.so', 'libc.so.6'])
    elf('/usr/lib/x86_64-linux-gnu/libone.so', ['libtwo.so', 'libc.so.6'])
    elf('/lib64/libtwo.so', ['libone.so'])
    elf('/lib/x86_64-linux-gnu/libc.so.6')
    expect(found()).toEqual({
      'libone.so': '/usr/lib/x86_64-linux-gnu/libone.so',
      'libtwo.so': '/lib64/libtwo.so',
      'libc.so.6': '/lib/x86_64-linux-gnu/libc.so.6',
    })
  })

  it('are for its own processor', () => {
    elf('/bin/alice', ['libc.so.6'], { machine: arm64 })
    elf('/lib/libc.so.6')
    expect(needsOf(['/bin/alice'], [], root).missing).toEqual(['libc.so.6'])
    elf('/lib/aarch64-linux-gnu/libc.so.6', [], { machine: arm64 })
    expect(found()).toEqual({ 'libc.so.6': '/lib/aarch64-linux-gnu/libc.so.6' })
  })

  it('are looked for where the program says, beginning at itself', () => {
    elf('/bin/alice', ['libown.so'], { searched: '$ORIGIN/../share/alice' })
    elf('/share/alice/libown.so')
    elf('/lib/libown.so')
    expect(found()).toEqual({ 'libown.so': '/share/alice/libown.so' })
  })

  it('are looked for where /etc/ld.so.conf and the files that it includes say', () => {
    elf('/bin/alice', ['libfar.so', 'libnear.so'])
    elf('/opt/far/libfar.so')
    elf('/opt/near/libnear.so')
    put('/etc/ld.so.conf', '# a comment\ninclude ld.so.conf.d/*.conf\n/opt/near # and another\n')
    put('/etc/ld.so.conf.d/far.conf', '/opt/far\n')
    put('/etc/ld.so.conf.d/ignored.txt', '/opt/ignored\n')
    expect(found()).toEqual({ 'libfar.so': '/opt/far/libfar.so', 'libnear.so': '/opt/near/libnear.so' })
  })

  it('that are nowhere are named; those that may be missing are not', () => {
    elf('/bin/alice', ['libgone.so'])
    elf('/lib/libnss_files.so.2')
    const needs = needsOf(['/bin/alice'], ['libnss_files.so.2', 'libnss_dns.so.2'], root)
    expect(needs.missing).toEqual(['libgone.so'])
    expect(needs.libraries.map(({ name }) => name)).toEqual(['libnss_files.so.2'])
    expect(needs.interpreters).toEqual(['/lib64/ld.so'])
  })
})

describe('the libraries of the programs of this machine', () => {
  it.for(['/bin/sh', '/bin/ls', '/bin/grep', '/usr/bin/ip', '/usr/bin/ps'])(
    'are those that ldd finds: %s',
    (program, ctx) => {
      if (!existsSync(program)) return ctx.skip(`there is no ${program} here`)
      const { status, stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
      if (status !== 0) return ctx.skip('there is no ldd here, or the program is static')
      const known = [...stdout.matchAll(/^\s*(\S+) => \//gm)].map(([, name]) => name!)
      const { libraries, missing } = needsOf([program])
      expect(missing).toEqual([])
      expect(libraries.map(({ name }) => name)).toEqual(expect.arrayContaining(known))
    },
  )
})
