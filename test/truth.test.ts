// What is told of a container is true, whatever became of the one who watched over it, of the machine, and of its clock.

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { gocker, isAlive, isRoot, places, program, start, stateOf, until, useGocker } from './cli/gocker.ts'
import { oursOnThisHost, ownSubnet } from './ours.ts'

useGocker()

const hour = 3_600_000
const well = async (...args: string[]) => {
  const result = await gocker(...args)
  expect(result, args.join(' ')).toMatchObject({ status: 0, stderr: '' })
  return result.stdout
}
const told = () => well('ps', '-a', '--format', '{{.Names}} {{.Status}}')
const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8')

afterEach(async () => {
  if (isRoot) await gocker('rm', '-f', 'watched')
})

describe.skipIf(!isRoot)('its supervisor is killed with SIGKILL (needs root)', () => {
  it.each([
    ['awake', 'exec sleep 1000', [], (pid: number) => !commandOf(pid).startsWith('gocker: waits')],
    ['napping', 'exec sleep 1000', [], (pid: number) => commandOf(pid).startsWith('gocker: waits')],
    [
      'awake again after a nap',
      'sleep 5; while :; do echo x; sleep 0.1; done',
      [],
      (() => {
        let napped = false
        return (pid: number) => {
          const naps = commandOf(pid).startsWith('gocker: waits')
          napped ||= naps
          return napped && !naps
        }
      })(),
    ],
  ])(
    '%s: the container goes with it, that is told, and it can be started',
    async (_, script, flags, isThen) => {
      const network = await well('network', 'create', '--subnet', ownSubnet(3), 'own')
      const id = (
        await well(
          'run',
          '-d',
          '--name',
          'watched',
          '--network',
          'own',
          '-p',
          '127.0.0.1::7',
          ...flags,
          'tiny',
          'sh',
          '-c',
          script,
        )
      ).trim()
      const { engine, pid } = stateOf('watched')!
      await until(() => isThen(engine.pid))
      process.kill(engine.pid, 'SIGKILL')
      await until(() => !isAlive(pid!))
      expect(await told()).toMatch(/^watched Exited \(255\) /)
      const marks = { root: places.root, ids: new Set([id]), links: new Set([`gk-${network.slice(0, 12)}`]) }
      const left = () => oursOnThisHost(marks).filter((line) => /^(cgroup|process|mount)|comment/.test(line))
      await until(
        () => left().length === 0,
        () => `left: ${left()}`,
      )
      await well('start', 'watched')
      expect(await told()).toMatch(/^watched Up /)
      await well('rm', '-f', 'watched')
      await well('network', 'rm', 'own')
    },
  )

  it('between two runs: it is not started again, and nobody says that it will be', async () => {
    await well('run', '-d', '--name', 'watched', '--network', 'none', '--restart', 'always', 'tiny', 'false')
    await until(async () => /^watched Restarting/.test(await told()))
    // long enough a wait to meet it there
    await until(async () => Number(await well('inspect', '-f', '{{.RestartCount}}', 'watched')) >= 4)
    await until(async () => /^watched Restarting/.test(await told()))
    process.kill(stateOf('watched')!.engine.pid, 'SIGKILL')
    await until(async () => /^watched Exited \(1\) /.test(await told()))
    await well('rm', 'watched')
  })
})

describe.skipIf(!isRoot)('memory that runs short (needs root)', () => {
  it('the container is killed for it; its supervisor is not in its group, lives, and tells', async () => {
    const eater = 'echo eats; tail /dev/zero'
    await well(
      'run',
      '-d',
      '--name',
      'watched',
      '--network',
      'none',
      '-m',
      '16m',
      'tiny',
      'sh',
      '-c',
      `${eater}; exit $?`,
    )
    expect(await well('wait', 'watched')).toBe('137\n')
    expect(await well('inspect', '-f', '{{.State.Status}} {{.State.OOMKilled}}', 'watched')).toBe(
      'exited true\n',
    )
    expect((await gocker('logs', 'watched')).stdout).toBe('eats\n')
    const seen = await well(
      'events',
      '--since',
      '1h',
      '--until',
      '0s',
      '--filter',
      'container=watched',
      '--format',
      '{{.Action}}',
    )
    expect(seen).toContain('oom\n')
    await well('rm', 'watched')
  })
})

describe.skipIf(!isRoot)('another boot of the machine (needs root)', () => {
  it('no process of an earlier one lives, though some other has its number and its start', async () => {
    await well('run', '-d', '--name', 'watched', '--network', 'none', 'tiny', 'sleep', '1000')
    const other = join(mkdtempSync(join(tmpdir(), 'gocker-boot-')), 'boot_id')
    writeFileSync(other, '00000000-0000-4000-8000-000000000000\n')
    const mounted = `mount --bind ${other} /proc/sys/kernel/random/boot_id && exec "$@"`
    const afterwards = (...args: string[]) =>
      start([program, ...args], {}, ['unshare', '-m', 'sh', '-c', mounted, 'sh']).result
    const { stdout } = await afterwards('ps', '-a', '--format', '{{.Names}} {{.Status}}')
    expect(stdout).toMatch(/^watched Exited /)
    expect(await afterwards('start', 'watched')).toMatchObject({ status: 0, stderr: '' })
    expect((await afterwards('ps', '--format', '{{.Names}} {{.State}}')).stdout).toBe('watched running\n')
    await afterwards('rm', '-f', 'watched')
    rmSync(join(other, '..'), { recursive: true })
  })
})

describe.skipIf(!isRoot)('a clock that was set (needs root)', () => {
  it('back by an hour: what began in the future has run for no time, and its log is told by its own times', async () => {
    await well('run', '-d', '--name', 'watched', '--network', 'none', 'tiny', 'sleep', '1000')
    const { id } = stateOf('watched')!
    const file = join(places.containers, id, 'state.json')
    const future = new Date(Date.now() + hour).toISOString()
    const state = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...state, created: future, startedAt: future }))
    expect(await told()).toBe('watched Up Less than a second\n')
    const log = join(places.containers, id, `${id}-json.log`)
    const line = (text: string, time: number) =>
      appendFileSync(log, `{"log":"${text}\\n","stream":"stdout","time":"${new Date(time).toISOString()}"}\n`)
    line('before', Date.now() + hour)
    line('after', Date.now() - 60_000)
    expect(await well('logs', 'watched')).toBe('before\nafter\n')
    expect(await well('logs', '-n', '1', 'watched')).toBe('after\n')
    expect(await well('logs', '--since', '10s', 'watched')).toBe('before\n')
    expect(await well('logs', '--until', '1s', 'watched')).toBe('after\n')
    // it is stopped after the seconds that were asked for, whatever the clock says
    await well('stop', '-t', '0', 'watched')
    expect(await told()).toMatch(/^watched Exited \(137\) /)
  })
})

describe.skipIf(!isRoot)('whoever removes it is killed halfway (needs root)', () => {
  it('it is found by the name that it is listed with', async () => {
    await well('create', '--name', 'watched', '--network', 'none', 'tiny', 'true')
    rmSync(join(places.root, 'names/watched'))
    expect(await told()).toBe('watched Created\n')
    await well('rm', 'watched')
    expect(await told()).toBe('')
  })
})
