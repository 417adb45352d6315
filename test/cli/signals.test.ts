// Signals to gocker are meant for the container; and what becomes of a container whose gocker is killed.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hierarchy } from '../../src/cgroup/hierarchy.ts'
import { background, gocker, isAlive, isRoot, places, start, stateOf, until, useGocker } from './gocker.ts'

useGocker()

const trap = (signals: string) =>
  `for s in ${signals}; do trap "echo got $s; exit 3" $s; done; echo ready; while :; do sleep 0.05; done`

describe.skipIf(!isRoot)('a signal to gocker (needs root)', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)(
    'reaches the program: %s',
    async (signal) => {
      const name = signal.slice(3)
      const running = start(['run', '--rm', '--network', 'none', 'tiny', 'sh', '-c', trap(name)])
      await running.says('ready')
      running.process.kill(signal)
      expect(await running.result).toEqual({ status: 3, stdout: `ready\ngot ${name}\n`, stderr: '' })
    },
  )

  it('reaches a program started with exec', async () => {
    await using _ = await background('signalled')
    const running = start(['exec', 'signalled', 'sh', '-c', trap('TERM')])
    await running.says('ready')
    running.process.kill('SIGTERM')
    expect((await running.result).status).toBe(3)
  })

  it('kills at the third time, when the program does not listen', async () => {
    const running = start([
      'run',
      '--rm',
      '--name',
      'deaf',
      '--network',
      'none',
      'tiny',
      'sh',
      '-c',
      'echo ready; exec sleep 1000',
    ])
    await running.says('ready')
    const { pid } = stateOf('deaf')!
    // process 1 of a container feels no signal for which it has no handler: pid_namespaces(7)
    running.process.kill('SIGINT')
    running.process.kill('SIGTERM')
    expect((await gocker('ps', '--format', '{{.Names}}')).stdout).toBe('deaf\n')
    expect(isAlive(pid!)).toBe(true)
    running.process.kill('SIGINT')
    const { status, stderr } = await running.result
    expect([status, stderr]).toEqual([137, 'gocker: the third request to end: the container is killed\n'])
  })
})

describe.skipIf(!isRoot)('kill -9 of a supervisor (needs root)', () => {
  it('kills the container; the next ps tells the truth and clears away', async () => {
    const running = start(['run', '--name', 'orphan', 'tiny', 'sh', '-c', 'sleep 1000 & echo ready; wait'])
    await running.says('ready')
    const { pid, cgroup } = stateOf('orphan')!
    const link = (
      JSON.parse((await gocker('inspect', 'orphan')).stdout) as [{ NetworkSettings: { IPAddress: string } }]
    )[0].NetworkSettings.IPAddress.split('.')
      .map((part) => Number(part).toString(16).padStart(2, '0'))
      .join('')
    expect(existsSync(`/sys/class/net/veth-${link}`)).toBe(true)
    process.kill(stateOf('orphan')!.engine.pid, 'SIGKILL')
    expect(await running.result).toEqual({
      status: 255,
      stdout: 'ready\n',
      stderr: 'gocker: the supervisor of the container was killed, and the container with it\n',
    })
    await until(() => !isAlive(pid!))
    expect((await gocker('ps', '-q')).stdout).toBe('')
    const { stdout } = await gocker('ps', '-a', '--format', '{{.Names}} {{.State}} {{.Status}}')
    expect(stdout).toMatch(
      /^orphan exited Exited \(255\) Less than a second ago|^orphan exited Exited \(255\) \d+ seconds? ago/,
    )
    const left = hierarchy().list('gocker')
    expect(left).not.toContain(cgroup.replace('gocker/', ''))
    await until(() => !existsSync(`/sys/class/net/veth-${link}`))
    expect(await gocker('rm', 'orphan')).toEqual({ status: 0, stdout: 'orphan\n', stderr: '' })
  })
})

describe.skipIf(!isRoot)('kill -9 of gocker (needs root)', () => {
  it('is nothing to a container that it was told to keep: it runs on, as with Docker', async () => {
    const running = start([
      'run',
      '--name',
      'kept',
      '--network',
      'none',
      'tiny',
      'sh',
      '-c',
      'echo ready; exec sleep 1000',
    ])
    await running.says('ready')
    running.process.kill('SIGKILL')
    await running.result
    expect((await gocker('ps', '--format', '{{.Names}}')).stdout).toBe('kept\n')
    expect((await gocker('logs', 'kept')).stdout).toBe('ready\n')
    expect(await gocker('rm', '-f', 'kept')).toEqual({ status: 0, stdout: 'kept\n', stderr: '' })
  })

  it('leaves nothing of one with --rm once the next command has looked', async () => {
    const running = start([
      'run',
      '--rm',
      '--name',
      'gone',
      '--network',
      'none',
      'tiny',
      'sh',
      '-c',
      'echo ready; sleep 1000',
    ])
    await running.says('ready')
    const { pid, id } = stateOf('gone')!
    running.process.kill('SIGKILL')
    await until(() => !isAlive(pid!))
    expect((await gocker('ps', '-aq')).stdout).toBe('')
    expect(existsSync(join(places.containers, id))).toBe(false)
    expect(readdirSync(join(places.root, 'names'))).toEqual([])
  })

  it('at any moment of the start leaves nothing that prune does not find', async () => {
    for (const delay of [5, 15, 25, 30, 35, 40, 45, 50, 55, 60, 70, 80]) {
      const running = start(['run', '--rm', '--name', `killed-${delay}`, 'tiny', 'sleep', '1000'])
      await new Promise((resolve) => setTimeout(resolve, delay))
      running.process.kill('SIGKILL')
      await running.result
    }
    await until(async () => (await gocker('ps', '-q')).stdout === '')
    const { status, stderr } = await gocker('system', 'prune', '-f')
    expect([status, stderr]).toEqual([0, ''])
    expect((await gocker('ps', '-aq')).stdout).toBe('')
    expect(readdirSync(join(places.root, 'names'))).toEqual([])
    expect(readdirSync(places.containers)).toEqual([])
  })
})
