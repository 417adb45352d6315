// The disk under the root is full: a small tmpfs, which only a mount namespace of the test's own sees. What needs room says so
// in one sentence and leaves nothing half done; what needs none goes on; and what makes room works.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostPlatform } from '../src/image/platform.ts'
import { type SmallRegistry, startSmallRegistry } from '../src/image/small-registry.ts'
import { isRoot, program, start, until, useGocker } from './cli/gocker.ts'
import { makeShelf, oci } from './image/layouts.ts'

useGocker()

const root = join(mkdtempSync(join(tmpdir(), 'gocker-full-')), 'root')
const outside = join(root, '..')
const archive = join(outside, 'tiny.tar')
const big = join(outside, 'big')
const none = ['--network', 'none'] as const
const shelf = makeShelf(join(outside, 'shelf'))
const layeredArchive = join(outside, 'layered.tar')
let layered: string
let registry: SmallRegistry
let holder: ChildProcess

/** A program in the namespace that sees the tmpfs. */
const there = (command: string, ...args: string[]) =>
  start(args, { env: { GOCKER_ROOT: root } }, ['nsenter', '-t', String(holder.pid), '-m', '--', command])
    .result
const gocker = (...args: string[]) => there(program, ...args)
const well = async (...args: string[]) => {
  const result = await gocker(...args)
  expect(result, args.join(' ')).toMatchObject({ status: 0, stderr: '' })
  return result.stdout
}
const files = async () =>
  (await there('find', root, '-not', '-path', '*/layers/*/*', '-not', '-name', 'fill')).stdout
    .split('\n')
    .sort()
/** A filler takes all that is left, but so many bytes. */
const fillBut = (bytes: number) =>
  there(
    'sh',
    '-c',
    `head -c $(($(df --output=avail -B1 ${root} | tail -1) - ${bytes})) /dev/zero > ${root}/fill`,
  )
/** A filler takes all that is left. */
const fill = () => there('sh', '-c', `head -c 1G /dev/zero > ${root}/fill 2>/dev/null`)
const makeRoom = () => there('rm', '-f', `${root}/fill`)

describe.skipIf(!isRoot)('a disk that is full (needs root)', () => {
  beforeAll(async () => {
    holder = spawn('unshare', [
      '-m',
      'sh',
      '-c',
      `mkdir -p ${root} && mount -t tmpfs -o size=48m tmpfs ${root} && touch ${root}/ready && exec sleep 100000`,
    ])
    await until(async () => (await there('test', '-e', `${root}/ready`)).status === 0)
    await well('pull', '-q', 'tiny')
    await well('save', '-o', archive, 'tiny')
    const parts = [1, 2].map((n) => ({ files: { [`part${n}`]: randomBytes(3_000_000) } }))
    shelf.name((await shelf.image(parts, oci, hostPlatform())).manifest, 'lib/layered:1')
    registry = await startSmallRegistry(shelf.dir)
    layered = `${registry.host}/lib/layered:1`
    await gocker('pull', '-q', layered)
    await well('save', '-o', layeredArchive, layered)
    await well('rmi', layered)
    writeFileSync(big, Buffer.alloc(2 ** 20, 'x'))
    await well(
      'run',
      '-d',
      '--name',
      'web',
      ...none,
      'tiny',
      'sh',
      '-c',
      'while :; do echo still here; sleep 0.05; done',
    )
  })
  afterAll(async () => {
    if (holder === undefined) return
    await makeRoom()
    await gocker('rm', '-f', 'web')
    holder.kill()
    await there('true').catch(() => {})
    await registry?.close()
    // the last process in its namespace has ended, and the tmpfs with it
    await until(() => readdirSync(root).length === 0)
    rmSync(outside, { recursive: true })
  })

  const full = /no space left on device|the disk has room for/i
  it.each<[string, number, ...string[]]>([
    ['run -d', 125, 'run', '-d', '--name', 'second', ...none, 'tiny', 'true'],
    ['run --rm', 125, 'run', '--rm', ...none, 'tiny', 'true'],
    ['create', 1, 'create', '--name', 'second', ...none, 'tiny', 'true'],
    ['run, that a volume is filled for', 125, 'run', '--rm', ...none, '-v', 'vol:/usr/bin', 'tiny', 'true'],
    ['cp into a container', 1, 'cp', big, 'web:/big'],
    ['commit', 1, 'commit', 'web', 'committed:1'],
    ['load', 1, 'load', '-q', '-i', archive],
    ['import', 1, 'import', archive, 'imported:1'],
    ['save -o', 1, 'save', '-o', `${root}/saved.tar`, 'tiny'],
    ['network create', 1, 'network', 'create', 'net'],
  ])('%s: one clear error, and nothing half done', async (_, status, ...args) => {
    await fill()
    const before = await files()
    const result = await gocker(...args)
    expect([result.status, result.stdout], result.stderr).toEqual([status, ''])
    expect(result.stderr).toMatch(full)
    expect(result.stderr).toMatch(/^gocker: .*\n(.*\n)?$/)
    await makeRoom()
    const made = /\/(networks|volumes|upper\/tmp)$/
    expect((await files()).filter((path) => !made.test(path))).toEqual(
      before.filter((path) => !made.test(path)),
    )
  })

  it('what runs goes on, is told, entered, paused and renamed; its log has a gap', async () => {
    await fill()
    expect(await well('ps', '--format', '{{.Names}} {{.State}}')).toBe('web running\n')
    expect(await well('exec', 'web', 'echo', 'inside')).toBe('inside\n')
    await well('pause', 'web')
    await well('unpause', 'web')
    await well('rename', 'web', 'other')
    await well('rename', 'other', 'web')
    await makeRoom()
    const lines = async () => (await well('logs', 'web')).split('\n').length
    const before = await lines()
    await until(async () => (await lines()) > before + 5)
    expect(await well('logs', '-n', '1', 'web')).toBe('still here\n')
  })

  it('a log has whole lines before its gap and after it', async () => {
    // more than a pipe holds: when all is said, some of it has met the full disk
    const speaks =
      'trap "seq 30000; mkdir /dev/shm/said" HUP; trap "echo after" USR1; echo up; while :; do sleep 0.05; done'
    await well('run', '-d', '--name', 'speaker', ...none, 'tiny', 'sh', '-c', speaks)
    await until(async () => (await well('logs', 'speaker')) === 'up\n')
    await fill()
    await well('kill', '-s', 'HUP', 'speaker')
    await until(async () => (await gocker('exec', 'speaker', 'test', '-d', '/dev/shm/said')).status === 0)
    await makeRoom()
    await well('kill', '-s', 'USR1', 'speaker')
    await until(async () => (await well('logs', '-n', '1', 'speaker')) === 'after\n')
    const id = (await well('inspect', '-f', '{{.Id}}', 'speaker')).trim()
    const { stdout } = await there('cat', `${root}/containers/${id}/${id}-json.log`)
    const lines = stdout.trimEnd().split('\n')
    expect(lines.length).toBeLessThan(30000)
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ stream: 'stdout' })
    await well('rm', '-f', 'speaker')
  })

  it('with room for bytes, and for no other file: that is said, and nothing half done', async () => {
    await well('create', '--name', 'second', ...none, 'tiny', 'true')
    const [, used = ''] = (await there('df', '--output=iused', root)).stdout.split('\n')
    const limitTo = (inodes: string) => there('mount', '-o', `remount,nr_inodes=${inodes}`, 'tmpfs', root)
    expect(await limitTo(used.trim())).toMatchObject({ status: 0 })
    for (const words of ['volume create vol', 'start second']) {
      const { status, stderr } = await gocker(...words.split(' '))
      expect([status, stderr], words).toEqual([1, expect.stringMatching(/no inode left/)])
    }
    expect((await files()).filter((path) => path.includes('/volumes/'))).toEqual([])
    expect(await limitTo('0')).toMatchObject({ status: 0 })
    await well('start', 'second')
    await well('rm', '-f', 'second')
  })

  it('a container can be stopped and its exit code is kept, and it can be removed: that makes room', async () => {
    await well(
      'run',
      '-d',
      '--name',
      'polite',
      ...none,
      'tiny',
      'sh',
      '-c',
      'trap "exit 7" TERM; echo up; while :; do sleep 0.05; done',
    )
    await until(async () => (await well('logs', 'polite')) === 'up\n')
    await fill()
    await well('stop', 'polite')
    expect(await well('ps', '-a', '--filter', 'name=polite', '--format', '{{.Status}}')).toMatch(
      /^Exited \(7\)/,
    )
    await well('rm', 'polite')
    await well('rm', '-f', 'web')
    expect(await well('ps', '-aq')).toBe('')
    await well('system', 'prune', '-f')
  })

  it.each(['pull', 'load'])(
    '%s of an image whose last layer does not fit: no other one stays',
    async (how) => {
      const args = how === 'pull' ? ['pull', '-q', layered] : ['load', '-q', '-i', layeredArchive]
      await makeRoom()
      const before = await files()
      // there is room for twice one layer, and once the other, which is there packed before it is unpacked
      await fillBut(10_500_000)
      const { status, stdout, stderr } = await gocker(...args)
      expect([status, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(
        /^gocker: The disk is full: .*no space left on device.*\nImages lie in .* try again\.\n$/,
      )
      await makeRoom()
      expect(await files()).toEqual(before)
      await well(...args)
      // which asks for all of its layers
      await well('create', '--name', 'layered', layered, 'true')
      await well('rm', 'layered')
      await well('rmi', layered)
    },
  )

  it('an image that does not fit is not there, and the next pull brings it', async () => {
    await makeRoom()
    await well('rmi', 'tiny')
    await fill()
    const { status, stderr } = await gocker('pull', '-q', 'tiny')
    expect([status, stderr]).toEqual([1, expect.stringMatching(full)])
    expect(await well('images', '-q')).toBe('')
    await makeRoom()
    await well('pull', '-q', 'tiny')
    expect(await well('run', '--rm', ...none, 'tiny', 'echo', 'whole')).toBe('whole\n')
  })
})
