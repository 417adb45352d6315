// exec -d and --privileged; run --cidfile and -a.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gocker, gockerWith, isRoot, terminalHolders, until, useGocker } from './gocker.ts'

useGocker()

const none = ['--network', 'none'] as const
const shell = ['tiny', 'sh', '-c'] as const

describe.skipIf(!isRoot)('exec (needs root)', () => {
  beforeAll(async () => {
    await gocker('run', '-d', '--name', 'host', ...none, 'tiny', 'sleep', '1000')
  })
  afterAll(async () => {
    await gocker('rm', '-f', 'host')
  })

  it('-d leaves the program alone: it goes on when we have ended', async () => {
    const script = 'sleep 0.5; readlink /proc/self/fd/0 /proc/self/fd/1 > /seen; sleep 1000'
    const started = await gocker('exec', '-d', 'host', 'sh', '-c', script)
    expect(started).toEqual({ status: 0, stdout: '', stderr: '' })
    await until(async () => (await gocker('exec', 'host', 'test', '-s', '/seen')).status === 0)
    expect((await gocker('exec', 'host', 'cat', '/seen')).stdout).toBe('/dev/null\n/seen\n')
    expect((await gocker('top', 'host')).stdout).toMatch(/sleep 1000[\s\S]*sleep 1000/)
  })

  it('-dt gives it a terminal that somebody reads, and that is gone with its program', async () => {
    const script =
      'tty > /term; echo $$ > /me; i=0; while [ $i -lt 3000 ]; do echo $i; i=$((i + 1)); done; echo done >> /term; exec sleep 1000'
    expect(await gocker('exec', '-dt', 'host', 'sh', '-c', script)).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    })
    const seen = async () => (await gocker('exec', 'host', 'cat', '/term')).stdout
    await until(async () => /^\/dev\/pts\/\d+\ndone\n$/.test(await seen()))
    expect(terminalHolders()).toHaveLength(1)
    await gocker('exec', 'host', 'sh', '-c', 'kill -9 $(cat /me)')
    await until(() => terminalHolders().length === 0)
  })

  it('-d says what cannot be started', async () => {
    const { status, stderr } = await gocker('exec', '-d', 'host', 'no-such-program')
    expect([status, stderr]).toEqual([1, expect.stringContaining('executable file not found in $PATH')])
  })

  it('--privileged has all rights, whatever the container has', async () => {
    const rights = async (...flags: string[]) =>
      (await gocker('exec', ...flags, 'host', 'grep', '^CapEff', '/proc/self/status')).stdout.trim()
    const ours = /^CapBnd:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]
    expect(await rights()).not.toContain(ours)
    expect(await rights('--privileged')).toContain(ours)
  })

  it('not while it is paused', async () => {
    await gocker('pause', 'host')
    expect((await gocker('exec', 'host', 'true')).stderr).toBe(
      'gocker: Container host is paused, unpause the container before exec\n',
    )
    await gocker('unpause', 'host')
  })
})

describe.skipIf(!isRoot)('run (needs root)', () => {
  it('--cidfile keeps the id in a file, and never takes one that is there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gocker-cid-'))
    const file = join(folder, 'cid')
    await gocker('run', '--rm', '--cidfile', file, ...none, 'tiny', 'true')
    expect(readFileSync(file, 'utf8')).toMatch(/^[0-9a-f]{64}$/)
    const { status, stderr } = await gocker('create', '--cidfile', file, 'tiny', 'true')
    expect([status, stderr]).toEqual([
      1,
      `gocker: container ID file found, make sure the other container isn't running or delete ${file}\n`,
    ])
    expect(existsSync(file)).toBe(true)
    rmSync(folder, { recursive: true })
  })

  it('-a brings only the streams that are wanted', async () => {
    const both = 'echo said; echo complained >&2; exit 4'
    const run = (...flags: string[]) => gocker('run', '--rm', ...flags, ...none, ...shell, both)
    expect(await run('-a', 'stdout')).toEqual({ status: 4, stdout: 'said\n', stderr: '' })
    expect(await run('-a', 'STDERR')).toEqual({ status: 4, stdout: '', stderr: 'complained\n' })
    const words = ['run', '--rm', '-i', '-a', 'stdin', '-a', 'stdout', ...none, 'tiny', 'cat']
    expect((await gockerWith({ input: 'a letter\n' }, ...words)).stdout).toBe('a letter\n')
    expect((await run('-a', 'nowhere')).stderr).toContain('valid streams are STDIN, STDOUT and STDERR')
  })
})
