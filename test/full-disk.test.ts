// The disk under the root is full: a small tmpfs, which only a mount namespace of the test's own sees. What needs room says so
// in one sentence and leaves nothing half done; what needs none goes on; and what makes room works.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRoot, program, start, until, useGocker } from './cli/gocker.ts'

useGocker()

const root = join(mkdtempSync(join(tmpdir(), 'gocker-full-')), 'root')
const outside = join(root, '..')
const archive = join(outside, 'tiny.tar')
const big = join(outside, 'big')
const none = ['--network', 'none'] as const
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
    for (const path of [archive, big]) await start([path], {}, ['rm', '-f']).result
    rmdirSync(root)
    rmdirSync(outside)
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
