// Two people and one container, network or volume at the same moment: one of them is first, and the other one sees what is
// then. A command is stopped at one of its steps while another one is made: so they meet at every possible moment.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chosen, crossedAt, stepsOf } from '../faults/steps.ts'
import { ownSubnet } from '../ours.ts'
import { gocker, isRoot, places, stateOf, until, useGocker } from './gocker.ts'

useGocker()

const none = ['--network', 'none'] as const
const quiet = async (...args: string[]) =>
  expect(await gocker(...args)).toMatchObject({ status: 0, stderr: '' })
const nothingLeft = () =>
  until(
    async () => readdirSync(places.containers).length === 0,
    () => `left: ${readdirSync(places.containers)}`,
  )

/** The supervisors of the container, awake or not. */
function supervisors(id: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return (
        command.includes(`supervise\0${id}`) || command.startsWith(`gocker: waits for ${id.slice(0, 12)}`)
      )
    } catch {
      return false
    }
  })
}

describe.skipIf(!isRoot)('at the same moment (need root)', () => {
  it('network rm, and a container comes to the network', async () => {
    await quiet('network', 'create', '--subnet', ownSubnet(1), 'meeting')
    const ping = 'ping -c 1 -W 2 $(ip route | grep -o "via [0-9.]*" | cut -c 5-) >/dev/null && echo reached'
    const run = ['run', '--rm', '--network', 'meeting', 'tiny', 'sh', '-c', ping]
    const steps = await stepsOf(...run)
    await quiet('network', 'rm', 'meeting')
    const seen = new Set<string>()
    for (const step of chosen(steps, 14)) {
      const { stdout } = await gocker('network', 'create', '--subnet', ownSubnet(1), 'meeting')
      const [ran, removed] = await crossedAt(step, run, () => gocker('network', 'rm', 'meeting'))
      const words = `at step ${step} of ${steps}: ${JSON.stringify([ran, removed])}`
      if (ran.status === 0) expect(ran.stdout, words).toBe('reached\n')
      else
        expect(ran, words).toMatchObject({
          status: 125,
          stderr: expect.stringContaining('network meeting not found'),
        })
      if (removed.status !== 0) {
        expect(removed.stderr, words).toContain('network meeting has active endpoints')
        await quiet('network', 'rm', 'meeting')
      }
      seen.add(`${ran.status} ${removed.status}`)
      expect(existsSync(`/sys/class/net/gk-${stdout.slice(0, 12)}`), words).toBe(false)
      await nothingLeft()
    }
    // both came first at some step
    expect(seen).toContain('125 0')
    expect(seen).toContain('0 1')
  }, 120_000)

  it('rm -f, and the container is started', async () => {
    const run = ['run', '--rm', '--name', 'brief', ...none, 'tiny', 'true']
    const steps = await stepsOf(...run)
    for (const step of chosen(steps, 10)) {
      const [ran, removed] = await crossedAt(step, run, () => gocker('rm', '-f', 'brief'))
      const words = `at step ${step} of ${steps}: ${JSON.stringify([ran, removed])}`
      expect([0, 125, 137], words).toContain(ran.status)
      if (removed.status !== 0) expect(removed.stderr, words).toContain('No such container: brief')
      await nothingLeft()
    }
    expect(readdirSync(join(places.root, 'names'))).toEqual([])
  }, 120_000)

  it('several start one container: it is started once, and all of them are content', async () => {
    await quiet(
      'create',
      '--name',
      'wanted',
      ...none,
      '-v',
      'starts:/starts',
      'tiny',
      'sh',
      '-c',
      'echo x >> /starts/all; exec sleep 1000',
    )
    const results = await Promise.all(Array.from({ length: 5 }, () => gocker('start', 'wanted')))
    for (const one of results) expect(one).toEqual({ status: 0, stdout: 'wanted\n', stderr: '' })
    const all = join(places.root, 'volumes/starts/_data/all')
    await until(() => existsSync(all) && readFileSync(all, 'utf8') !== '')
    expect(readFileSync(all, 'utf8')).toBe('x\n')
    expect(supervisors(stateOf('wanted')!.id)).toHaveLength(1)
    await quiet('rm', '-f', 'wanted')
    await quiet('volume', 'rm', 'starts')
  })

  it('several restart and stop one container: in the end it is stopped, or has one supervisor', async () => {
    await quiet('run', '-d', '--name', 'torn', ...none, '--restart', 'always', 'tiny', 'sleep', '1000')
    const { id } = stateOf('torn')!
    const commands = [
      ['restart', '-t', '0'],
      ['stop', '-t', '0'],
      ['start'],
      ['restart', '-t', '0'],
      ['stop', '-t', '0'],
      ['start'],
    ]
    const results = await Promise.all(commands.map((words) => gocker(...words, 'torn')))
    for (const one of results) expect(one).toEqual({ status: 0, stdout: 'torn\n', stderr: '' })
    const { stdout } = await gocker('ps', '-a', '--format', '{{.State}}')
    expect(['running\n', 'exited\n']).toContain(stdout)
    await until(() => supervisors(id).length === (stdout === 'running\n' ? 1 : 0))
    await quiet('rm', '-f', 'torn')
    await until(() => supervisors(id).length === 0)
  })

  it('several are the first to use a volume: each of them finds all that the image has there', async () => {
    const { stdout: whole } = await gocker('run', '--rm', ...none, 'tiny', 'sh', '-c', 'ls /usr/bin | wc -l')
    const results = await Promise.all(
      Array.from({ length: 5 }, () =>
        gocker('run', '--rm', ...none, '-v', 'filled:/usr/bin', 'tiny', 'sh', '-c', 'ls /usr/bin | wc -l'),
      ),
    )
    for (const one of results) expect(one).toEqual({ status: 0, stdout: whole, stderr: '' })
    expect(readdirSync(join(places.root, 'volumes/filled')).sort()).toEqual(['_data', 'volume.json'])
    await quiet('volume', 'rm', 'filled')
  })

  it('volume rm, and a container comes to use it', async () => {
    const run = ['run', '--rm', ...none, '-v', 'fought:/etc', 'tiny', 'cat', '/etc/passwd']
    const steps = await stepsOf(...run)
    const { stdout: passwd } = await gocker(...run)
    for (const step of chosen(steps, 10)) {
      const [ran, removed] = await crossedAt(step, run, () => gocker('volume', 'rm', 'fought'))
      const words = `at step ${step} of ${steps}: ${JSON.stringify([ran, removed])}`
      expect(ran, words).toEqual({ status: 0, stdout: passwd, stderr: '' })
      if (removed.status !== 0) expect(removed.stderr, words).toContain('volume is in use')
      await gocker('volume', 'create', 'fought')
    }
    await quiet('volume', 'rm', 'fought')
  }, 120_000)
})
