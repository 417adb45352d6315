// That limits bite: what the kernel does to a container that wants more.

import { describe, expect, it } from 'vitest'
import { hierarchy } from '../../src/cgroup/hierarchy.ts'
import { background, gocker, isRoot, stateOf, useGocker } from './gocker.ts'

useGocker()

const run = (flags: string[], script: string) =>
  gocker('run', '--rm', '--network', 'none', ...flags, 'tiny', 'sh', '-c', script)

/** Wants more and more memory. */
const hog = 'x=$(head -c 200000000 /dev/zero | tr "\\0" x); echo survived'

describe.skipIf(!isRoot)('the limits of a container (need root)', () => {
  it('memory: who takes more is killed, the status is 137, and it is said why', async () => {
    const { status, stdout, stderr } = await run(['-m', '32m'], `exec sh -c '${hog}'`)
    expect([status, stdout]).toEqual([137, ''])
    expect(stderr).toMatch(/OOM, out of memory/)
    expect(stderr).toMatch(/32MiB/)
  })

  it('memory: it is told also when only a child was killed, and inspect remembers', async () => {
    const script = `sh -c '${hog}'; echo child: $?`
    const args = ['run', '--name', 'hog', '--network', 'none', '--mem', '32', 'tiny', 'sh', '-c', script]
    const { status, stdout, stderr } = await gocker(...args)
    expect([status, stdout.trim()]).toEqual([0, 'child: 137'])
    expect(stderr).toContain('OOM, out of memory')
    const { stdout: inspected } = await gocker(
      'inspect',
      '-f',
      '{{.State.OOMKilled}} {{.HostConfig.Memory}}',
      'hog',
    )
    expect(inspected).toBe(`true ${32 * 2 ** 20}\n`)
  })

  it('memory: who takes less is left alone', async () => {
    const { status, stderr } = await run(['-m', '64m'], 'x=$(head -c 5000000 /dev/zero | tr "\\0" x)')
    expect([status, stderr]).toEqual([0, ''])
  })

  it('memory counts what is written to a tmpfs', async () => {
    const { status } = await run(['-m', '16m', '--tmpfs', '/x'], 'head -c 60000000 /dev/zero > /x/file')
    expect(status).toBe(137)
  })

  it('pids: no more processes than that', async () => {
    const script = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 5 & done; echo unlimited'
    const { status, stdout, stderr } = await run(['--pids-limit', '5'], script)
    expect(stdout).toBe('')
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/fork|resource/i)
  })

  it('pids: without a limit the same script runs', async () => {
    const script = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 5 & done; echo unlimited'
    expect((await run([], script)).stdout).toBe('unlimited\n')
  })

  it('cpus: the kernel’s own number, seen in the container, is what was asked for', async () => {
    const file = hierarchy().version === 2 ? '/sys/fs/cgroup/cpu.max' : '/sys/fs/cgroup/cpu/cpu.cfs_quota_us'
    const { stdout, stderr } = await run(['--cpus', '0.25'], `cat ${file}`)
    expect(stderr).toBe('')
    expect(stdout.trim().split(' ')[0]).toBe('25000')
  })

  it('cpus: who wants more is held back, by the kernel’s own count', async () => {
    const folder = hierarchy().version === 2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/cpu'
    const script = `timeout 0.5 sh -c 'while :; do :; done'; grep nr_throttled ${folder}/cpu.stat`
    const { stdout } = await run(['--cpus', '0.1'], script)
    expect(Number(stdout.trim().split(' ')[1])).toBeGreaterThan(0)
  })

  it('are those of the whole container: exec counts, too', async () => {
    await using _ = await background('few', '--network', 'none', '--pids-limit', '3', 'tiny', 'sleep', '1000')
    expect((await gocker('exec', 'few', 'sh', '-c', 'sleep 0.1; echo one')).stdout).toBe('one\n')
    const script = 'sleep 5 & sleep 5 & sleep 5 & echo all'
    expect((await gocker('exec', 'few', 'sh', '-c', script)).stdout).toBe('')
    expect(stateOf('few')).toBeDefined()
  })
})
