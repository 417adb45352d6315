// Data that outlives containers.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { gocker, inside, isRoot, places, useGocker } from './gocker.ts'

useGocker()

const shelf = mkdtempSync(join(tmpdir(), 'gocker-shelf-'))
afterAll(() => rmSync(shelf, { recursive: true, force: true }))
const volumes = async () => (await gocker('volume', 'ls', '-q')).stdout.split('\n').filter(Boolean)

describe.skipIf(!isRoot)('a directory of the host (needs root)', () => {
  it('is read and written, or read only', async () => {
    writeFileSync(join(shelf, 'book'), 'read me\n')
    expect(await inside('cat /shelf/book; echo new > /shelf/note', '-v', `${shelf}:/shelf`)).toBe('read me')
    expect(readFileSync(join(shelf, 'note'), 'utf8')).toBe('new\n')
    expect(await inside('echo x 2>&1 > /shelf/x || cat /shelf/book', '-v', `${shelf}:/shelf:ro`)).toContain(
      'read me',
    )
    expect(existsSync(join(shelf, 'x'))).toBe(false)
  })

  it('read only means what is mounted in it, too', async () => {
    mkdirSync(join(shelf, 'inner'), { recursive: true })
    const script = `mount -t tmpfs inner ${shelf}/inner && ${process.execPath} ${join(import.meta.dirname, '../../src/cli/entry.cjs')} run --rm --network none -v ${shelf}:/shelf:ro tiny sh -c 'echo x > /shelf/inner/x'`
    const { spawnSync } = await import('node:child_process')
    const { status, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script], {
      encoding: 'utf8',
      env: { ...process.env, GOCKER_ROOT: places.root },
    })
    expect([status, stderr]).toEqual([2, expect.stringMatching(/Read-only file system/)])
  })

  it('a single file is put over a file of the image', async () => {
    expect(await inside('cat /etc/os-release', '-v', `${shelf}/book:/etc/os-release:ro`)).toBe('read me')
  })

  it('a link in the image leads nowhere: what is mounted there is inside', async () => {
    // /etc/passwd of the container would be ours if the path were walked on the host
    symlinkSync('/etc', join(shelf, 'away'))
    const before = readFileSync('/etc/hostname', 'utf8')
    await inside('ln -s /etc /data; true')
    await gocker('run', '--rm', '--network', 'none', '-v', `${shelf}/away:/srv`, 'tiny', 'sh', '-c', 'true')
    expect(readFileSync('/etc/hostname', 'utf8')).toBe(before)
  })

  it('that is not there is made by -v, and refused by --mount', async () => {
    expect(await inside('ls /new', '-v', `${shelf}/made:/new`)).toBe('')
    expect(existsSync(join(shelf, 'made'))).toBe(true)
    const { status, stderr } = await gocker(
      'run',
      '--rm',
      '--mount',
      `type=bind,src=${shelf}/none,dst=/x`,
      'tiny',
      'true',
    )
    expect([status, stderr]).toEqual([
      125,
      `gocker: invalid mount config for type "bind": bind source path does not exist: ${shelf}/none\n`,
    ])
  })

  it('two at one place are refused', async () => {
    const { status, stderr } = await gocker('run', '--rm', '-v', '/tmp:/x', '-v', 'some:/x/', 'tiny', 'true')
    expect([status, stderr]).toEqual([125, 'gocker: Duplicate mount point: /x\n'])
  })
})

describe.skipIf(!isRoot)('a volume (needs root)', () => {
  it('outlives the container, and the next one finds the data', async () => {
    expect(await inside('echo 17 > /data/count', '-v', 'data:/data')).toBe('')
    expect(await inside('cat /data/count', '-v', 'data:/data')).toBe('17')
    expect(await volumes()).toEqual(['data'])
    expect((await gocker('volume', 'rm', 'data')).stdout).toBe('data\n')
    expect(await volumes()).toEqual([])
  })

  it('takes over what the image has there, with owners and rights, once', async () => {
    const look = 'stat -c "%a %u %n" /etc/passwd; rm /etc/passwd; ls /etc'
    const first = await inside(look, '-v', 'etc:/etc')
    expect(first).toMatch(/^644 0 \/etc\/passwd\n[\s\S]*os-release/)
    expect(await inside('ls /etc', '-v', 'etc:/etc')).not.toContain('passwd')
    expect(await inside('ls /x', '-v', 'fresh:/x')).toBe('')
    expect(await inside('ls /etc', '-v', 'empty:/etc:nocopy')).not.toContain('os-release')
    await gocker('volume', 'rm', 'etc', 'fresh', 'empty')
  })

  it('is not removed while a container has it, running or not', async () => {
    await gocker('run', '--name', 'keeper', '--network', 'none', '-v', 'kept:/x', 'tiny', 'true')
    const { status, stderr } = await gocker('volume', 'rm', 'kept')
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^gocker: remove kept: volume is in use - \[[0-9a-f]{64}\]\n$/),
    ])
    await gocker('rm', 'keeper')
    expect((await gocker('volume', 'rm', 'kept')).status).toBe(0)
  })

  it('without a name goes with --rm, and with rm -v', async () => {
    await inside('echo x > /scratch/x', '-v', '/scratch')
    expect(await volumes()).toEqual([])
    await gocker('run', '--name', 'messy', '--network', 'none', '-v', '/scratch', 'tiny', 'true')
    expect(await volumes()).toHaveLength(1)
    await gocker('rm', '-v', 'messy')
    expect(await volumes()).toEqual([])
  })

  it('that was written down and never made, or only half, is in nobody’s way', async () => {
    // what is left of a command that was killed between two of its steps
    await gocker('create', '--name', 'hasty', '--network', 'none', '-v', '/data', 'tiny', 'true')
    const { stdout } = await gocker('inspect', '-f', '{{(index .Mounts 0).Name}}', 'hasty')
    rmSync(join(places.root, 'volumes', stdout.trim()), { recursive: true })
    mkdirSync(join(places.root, 'volumes/half'))
    expect(await gocker('rm', '-v', 'hasty')).toMatchObject({ status: 0, stderr: '' })
    expect(await gocker('system', 'prune', '-f')).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(join(places.root, 'volumes'))).not.toContain('half')
  })

  it('is made and filled by start, if whoever made the container was killed before that', async () => {
    await gocker(
      'create',
      '--name',
      'hasty',
      '--network',
      'none',
      '-v',
      'late:/etc',
      'tiny',
      'cat',
      '/etc/passwd',
    )
    const [id] = readdirSync(places.containers)
    const path = join(places.containers, id!, 'state.json')
    const engine = { pid: 2 ** 30, started: 1 }
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), engine }))
    rmSync(join(places.root, 'volumes/late'), { recursive: true })
    expect((await gocker('start', '-a', 'hasty')).stdout).toMatch(/^root:/)
    await gocker('rm', 'hasty')
    await gocker('volume', 'rm', 'late')
  })

  it('of another container is at the same place with --volumes-from', async () => {
    await gocker(
      'run',
      '--name',
      'first',
      '--network',
      'none',
      '-v',
      'ours:/ours',
      'tiny',
      'sh',
      '-c',
      'echo hi > /ours/x',
    )
    expect(await inside('cat /ours/x', '--volumes-from', 'first')).toBe('hi')
    const { stderr } = await gocker(
      'run',
      '--rm',
      '--network',
      'none',
      '--volumes-from',
      'first:ro',
      'tiny',
      'sh',
      '-c',
      'echo x > /ours/y',
    )
    expect(stderr).toMatch(/Read-only file system/)
    await gocker('rm', 'first')
    await gocker('volume', 'rm', 'ours')
  })

  it('is listed, inspected and pruned as Docker does', async () => {
    expect((await gocker('volume', 'create', '--label', 'a=b', 'named')).stdout).toBe('named\n')
    expect((await gocker('volume', 'ls')).stdout).toBe('DRIVER    VOLUME NAME\nlocal     named\n')
    const [found] = JSON.parse((await gocker('volume', 'inspect', 'named')).stdout)
    expect(found).toMatchObject({
      Name: 'named',
      Driver: 'local',
      Labels: { a: 'b' },
      Mountpoint: join(places.root, 'volumes/named/_data'),
    })
    const prune = async (...flags: string[]) => (await gocker('volume', 'prune', '-f', ...flags)).stdout
    await gocker('run', '--rm', '-v', 'named:/d', '--network', 'none', 'tiny', 'cp', '/etc/passwd', '/d/file')
    expect(await prune()).toBe('Total reclaimed space: 0B\n')
    expect(await prune('--all')).toBe('Deleted Volumes:\nnamed\n\nTotal reclaimed space: 4.096kB\n')
    expect((await gocker('volume', 'inspect', 'named')).stderr).toContain('get named: no such volume')
  })
})
