// The root file system of a container on the real kernel: what is in it, and that nothing leads out of it.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('cases/rootfs.ts', import.meta.url))
const isRoot = process.platform === 'linux' && process.geteuid?.() === 0
const mounts = () => readFileSync('/proc/self/mountinfo', 'utf8')

/** The answer of a case, which has a directory of its own to work in. */
function answer(name: string) {
  const directory = mkdtempSync(join(tmpdir(), 'gocker-test-'))
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, name, directory], {
      encoding: 'utf8',
      timeout: 110_000,
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return JSON.parse(stdout)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

// these need root: npm test as root runs them
describe.skipIf(!isRoot)('a root file system', () => {
  let before = ''
  beforeAll(() => {
    before = mounts()
  })
  afterAll(() => expect(mounts()).toBe(before))

  // it asks the loader once for each program: a machine without hardware virtualization takes its time
  it('made of this machine’s own programs has all libraries that they need', { timeout: 120_000 }, () => {
    expect(answer('programs')).toBe('root\nAlice')
  })

  it('is left by four calls after chroot, and not after pivot_root', () => {
    const { host, chroot, escaped, pivoted } = answer('escape')
    expect(chroot).toBe('ID=tiny')
    expect(escaped).toBe(host)
    expect(pivoted).toBe('ID=tiny')
  })

  it('has the devices of the specification, with rights that no umask took away', () => {
    expect(answer('devices').split('\n')).toEqual([
      ...['null 1:3 666', 'zero 1:5 666', 'full 1:7 666', 'random 1:8 666', 'urandom 1:9 666', 'tty 5:0 666'],
      ...[
        '/proc/self/fd',
        '/proc/self/fd/0',
        '/proc/self/fd/1',
        '/proc/self/fd/2',
        'pts/ptmx',
        '/proc/kcore',
      ],
      ...['0022', ' 00 00', '1', 'tmpfs', 'mqueue', 'devpts'],
    ])
  })

  it('has the mounts of runc with their options, and none of the host', () => {
    const lines: string[] = answer('mounts').split('\n')
    const options = (path: string) => lines.find((line) => line.startsWith(`${path} `))?.split(/[ ,]/)
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual(
      ['/', '/proc', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue', '/sys'].sort(),
    )
    expect(options('/proc')).toEqual(expect.arrayContaining(['proc', 'nosuid', 'nodev', 'noexec']))
    expect(options('/sys')).toEqual(expect.arrayContaining(['sysfs', 'ro']))
    expect(options('/dev')).toEqual(expect.arrayContaining(['tmpfs', 'nosuid', 'size=65536k', 'mode=755']))
    expect(options('/dev/pts')).toEqual(expect.arrayContaining(['gid=5', 'mode=620', 'ptmxmode=666']))
  })

  it('can be read-only, and then what is mounted in it is not', () => {
    expect(answer('readOnly')).toBe('1\nshm is writable')
  })

  it('shows the container its own cgroups, read-only', () => {
    const { trees, result } = answer('cgroup')
    expect(Number(result.split('\n')[0])).toBeGreaterThanOrEqual(trees)
    expect(result.split('\n').slice(1)).toEqual(['1', '0'])
  })
})

describe.skipIf(!isRoot)('a hostile image', () => {
  it('in which /dev is a link to a directory of the host reaches only its own directory of that name', () => {
    const { result, host } = answer('devLink')
    expect(result).toContain('null')
    expect(host).toEqual([])
    expect(answer('devLinkNowhere')).toEqual({ result: { name: 'mount', code: 'ENOENT' }, host: [] })
  })

  it('in which /proc or /sys is a link is not started', () => {
    expect(answer('procLink')).toEqual({ name: 'openat', code: 'ENOTDIR' })
    expect(answer('sysLink')).toEqual({ name: 'openat', code: 'ENOTDIR' })
  })

  it('with a link to a descriptor that the engine has open makes no directory on the host', () => {
    expect(answer('procDescriptor')).toEqual({ result: { name: 'openat2', code: 'ELOOP' }, host: [] })
  })
})

describe.skipIf(!isRoot)('a bind mount', () => {
  it('shows a directory of the host, to write or only to read', () => {
    const { read, answer: written, readOnly } = answer('volume')
    expect(read).toBe('from alice')
    expect(written).toBe('from bob\n')
    expect(readOnly).toContain('Read-only file system')
    expect(readOnly).toContain('from bob')
  })

  it('of a directory goes to where a link of the image leads', () => {
    expect(answer('volumeThroughLink')).toBe('from alice')
  })

  it('of a file covers a link of the image, also one that leads nowhere', () => {
    const contents = 'nameserver 192.0.2.1'
    expect(answer('file')).toEqual({ missing: contents, danglingLink: contents })
  })

  it('keeps to itself what is mounted upon it, also where the host shares its mounts', () => {
    expect(answer('shared')).toEqual({ result: 'new', host: [] })
  })
})
