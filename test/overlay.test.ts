// Layers on this kernel: the mount, what a look-up through the layers finds, and the difference as a layer. What is done
// is in unpack/overlay-case.ts, in a process and a mount namespace of its own.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('unpack/overlay-case.ts', import.meta.url))
const ready = process.platform === 'linux' && process.geteuid?.() === 0

let place = ''
let mounts = ''

beforeEach((ctx) => {
  if (!ready) ctx.skip('mounting needs root on Linux')
  place = mkdtempSync(join(tmpdir(), 'gocker-overlay-'))
  mounts = readFileSync('/proc/self/mounts', 'utf8')
})

afterEach(() => {
  if (!ready) return
  expect(readFileSync('/proc/self/mounts', 'utf8'), 'what is mounted on the host').toBe(mounts)
  rmSync(place, { recursive: true, force: true })
})

function run(name: string, extra = '', directory = place): Record<string, unknown> {
  const args = [program, name, directory, extra]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Record<string, unknown>
}

describe('layers as one tree', () => {
  it.each([[1], [2], [128], [300]])(
    '%i of them: the uppermost is seen first, and what is written goes to the upper directory',
    (n) => {
      expect(run('many', String(n))).toEqual({
        files: n + 2,
        common: '0'.repeat(24),
        written: 'written',
        mounts: 1,
      })
    },
  )

  it('none: the tree is what the container writes', () => {
    expect(run('many', '0')).toMatchObject({ files: 1, written: 'written' })
  })

  it('in a directory whose name has a colon, a comma and a backslash', () => {
    expect(run('many', '3', join(place, 'a:b,c\\d e'))).toMatchObject({ files: 5, written: 'written' })
  })
})

describe('a file is found through the layers', () => {
  const look = (...paths: string[]) => run('look-up', paths.join(' '))

  it('in the uppermost layer that has it', () => {
    expect(look('/etc/passwd', 'etc/group')).toEqual({
      '/etc/passwd': 'bottom passwd',
      'etc/group': 'middle group',
    })
  })

  it('but not behind a whiteout, an opaque directory, or a file', () => {
    expect(look('/etc/shadow', '/opt/dir/hidden', '/bottom/x', '/nothing', '/etc/passwd/x')).toEqual({
      '/etc/shadow': null,
      '/opt/dir/hidden': null,
      '/bottom/x': null,
      '/nothing': null,
      '/etc/passwd/x': null,
    })
  })

  it('through links, which stay inside', () => {
    expect(look('/usr/etc/relative', '/link/absolute', '/link/magic', '/../../etc/hosts')).toEqual({
      '/usr/etc/relative': 'bottom passwd',
      '/link/absolute': 'bottom passwd',
      '/link/magic': null,
      '/../../etc/hosts': 'bottom hosts',
    })
  })

  it('unless it is too large, no file, or a circle', () => {
    expect(look('/large', '/fifo', '/etc', '/circle')).toEqual({
      '/large': '/large in the image has 101 bytes; at most 100 are read',
      '/fifo': '/fifo in the image is no regular file',
      '/etc': '/etc in the image is no regular file',
      '/circle': '/circle in the image: more than 40 symbolic links',
    })
  })
})

describe('a layer that is unpacked', () => {
  it('changes the root of the thread that does it, and of no other', () => {
    expect(run('pool')).toEqual({ roots: 1, same: true })
  })
})

describe('the difference', () => {
  it('laid over the same layers gives the same tree: content, owner, mode, times, links, devices', () => {
    const { before, after } = run('round-trip')
    expect(Object.keys(before as object).length).toBeGreaterThan(30)
    expect(after).toEqual(before)
  })

  it('is what tar(1) takes for an archive, with whiteouts by name', () => {
    run('round-trip')
    const { stdout, stderr } = spawnSync('tar', ['-tf', `${place}/difference.tar`], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'etc/passwd',
        '.wh.gone',
        'srv/old/',
        'srv/old/.wh..wh..opq',
        'srv/old/c',
        'file/x',
      ]),
    )
    expect(stdout).not.toMatch(/^gone/m)
  })

  it('is listed as docker diff lists it', () => {
    const { changes } = run('round-trip')
    expect(changes).toEqual(
      expect.arrayContaining([
        { kind: 'C', path: '/etc' },
        { kind: 'C', path: '/etc/passwd' },
        { kind: 'D', path: '/gone' },
        { kind: 'A', path: '/srv/old/c' },
        { kind: 'A', path: '/naïve' },
      ]),
    )
  })
})
