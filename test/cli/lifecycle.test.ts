// The life of a container that nobody waits for, as someone who knows Docker expects it.

import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { call } from '../../src/syscall/call.ts'
import * as C from '../../src/syscall/constants.ts'
import { flock } from '../../src/syscall/file.ts'
import { hostState } from '../host-state.ts'
import {
  gocker,
  gockerWith,
  isAlive,
  isRoot,
  leftSince,
  places,
  start,
  stateOf,
  until,
  useGocker,
} from './gocker.ts'

useGocker()

const none = ['--network', 'none'] as const
const detached = async (name: string, script: string, ...flags: string[]) => {
  const { status, stdout, stderr } = await gocker(
    'run',
    '-d',
    '--name',
    name,
    ...none,
    ...flags,
    'tiny',
    'sh',
    '-c',
    script,
  )
  expect([status, stderr]).toEqual([0, ''])
  return stdout.trim()
}
const field = async (name: string, template: string) =>
  (await gocker('inspect', '-f', template, name)).stdout.trim()
const gone = async (...names: string[]) => expect((await gocker('rm', '-f', ...names)).status).toBe(0)

describe.skipIf(!isRoot)('run -d (needs root)', () => {
  it('prints the id, and the container goes on without us', async () => {
    const before = hostState()
    const id = await detached('web', 'echo hello; echo oops >&2; exec sleep 1000')
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    await until(async () => (await gocker('logs', 'web')).stdout === 'hello\n')
    const logs = await gocker('logs', 'web')
    expect([logs.stdout, logs.stderr]).toEqual(['hello\n', 'oops\n'])
    expect(await field('web', '{{.State.Status}} {{.State.Running}}')).toBe('running true')
    await gone('web')
    expect(await leftSince(before)).toEqual([])
  })

  it('says at once what cannot be started, with Docker’s exit code, and leaves nothing', async () => {
    const { status, stdout, stderr } = await gocker(
      'run',
      '-d',
      '--name',
      'typo',
      ...none,
      'tiny',
      'no-such-program',
    )
    expect([status, stdout]).toEqual([127, ''])
    expect(stderr).toContain('no-such-program')
    expect((await gocker('ps', '-aq')).stdout).toBe('')
  })

  it('--rm takes the container away at its end', async () => {
    await detached('short', 'exit 3', '--rm')
    await until(async () => (await gocker('ps', '-aq')).stdout === '')
    expect(existsSync(join(places.root, 'names', 'short'))).toBe(false)
  })

  it('needs hardly any memory while nothing happens, and wakes when something does', async () => {
    await detached('quiet', 'sleep 6; echo awake; sleep 1; exit 5')
    const { engine } = stateOf('quiet')!
    const name = () => readFileSync(`/proc/${engine.pid}/cmdline`, 'utf8')
    await until(() => name().startsWith('gocker: waits for '))
    const memory = readFileSync(`/proc/${engine.pid}/smaps_rollup`, 'utf8')
    const kilobytes = [...memory.matchAll(/^Private_\w+:\s+(\d+)/gm)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    )
    expect(kilobytes).toBeLessThan(100)
    expect((await gocker('wait', 'quiet')).stdout).toBe('5\n')
    expect((await gocker('logs', 'quiet')).stdout).toBe('awake\n')
    await gone('quiet')
  })
})

describe.skipIf(!isRoot)('stop, start, kill and their kin (need root)', () => {
  it('stop asks first, and the program ends as it likes', async () => {
    await detached('polite', 'trap "echo bye; exit 4" TERM; while :; do sleep 0.05; done')
    expect(await gocker('stop', 'polite')).toEqual({ status: 0, stdout: 'polite\n', stderr: '' })
    expect(await field('polite', '{{.State.ExitCode}}')).toBe('4')
    expect((await gocker('logs', 'polite')).stdout).toBe('bye\n')
    await gone('polite')
  })

  it('stop sends the signal that was chosen, and kills what does not listen', async () => {
    await detached('usr1', 'trap "exit 6" USR1; while :; do sleep 0.05; done', '--stop-signal', 'SIGUSR1')
    await detached('deaf', 'exec sleep 1000')
    expect((await gocker('stop', '-t', '0', 'usr1', 'deaf')).stdout).toBe('usr1\ndeaf\n')
    expect(await field('deaf', '{{.State.ExitCode}}')).toBe('137')
    await gone('usr1', 'deaf')
  })

  it('start runs it once more, with what it had written', async () => {
    const { stdout } = await gocker(
      'create',
      '--name',
      'again',
      ...none,
      'tiny',
      'sh',
      '-c',
      'echo x >> /runs; wc -l < /runs',
    )
    expect(stdout).toMatch(/^[0-9a-f]{64}\n$/)
    expect(await field('again', '{{.State.Status}}')).toBe('created')
    for (const count of ['1\n', '2\n'])
      expect((await gocker('start', '-a', 'again')).stdout.trim()).toBe(count.trim())
    expect((await gocker('start', 'again')).stdout).toBe('again\n')
    expect((await gocker('wait', 'again')).stdout).toBe('0\n')
    expect((await gocker('logs', 'again')).stdout.replaceAll(' ', '')).toBe('1\n2\n3\n')
    await gone('again')
  })

  it('start -ai reads our input, and ends with its exit code', async () => {
    await gocker(
      'create',
      '-i',
      '--name',
      'reader',
      ...none,
      'tiny',
      'sh',
      '-c',
      'read line; echo "got $line"; exit 7',
    )
    const { status, stdout } = await gockerWith({ input: 'a letter\n' }, 'start', '-ai', 'reader')
    expect([status, stdout]).toEqual([7, 'got a letter\n'])
    await gone('reader')
  })

  it('restart brings another process', async () => {
    await detached('anew', 'exec sleep 1000')
    const { pid } = stateOf('anew')!
    expect((await gocker('restart', '-t', '0', 'anew')).stdout).toBe('anew\n')
    expect(isAlive(pid!)).toBe(false)
    expect(await field('anew', '{{.State.Status}}')).toBe('running')
    await gone('anew')
  })

  it('pause stops all of it where it is, and unpause lets it go on', async () => {
    await detached('still', 'while :; do echo x; sleep 0.05; done')
    expect((await gocker('pause', 'still')).stdout).toBe('still\n')
    expect((await gocker('ps', '--format', '{{.Names}} {{.Status}}')).stdout).toMatch(
      /^still Up .* \(Paused\)\n$/,
    )
    const lines = async () => (await gocker('logs', 'still')).stdout.length
    const before = await lines()
    await setTimeout(300)
    expect(await lines()).toBe(before)
    expect((await gocker('pause', 'still')).stderr).toMatch(/is already paused/)
    await gocker('unpause', 'still')
    await until(async () => (await lines()) > before)
    await gone('still')
  })

  it('rename gives the name to it, and frees the old one', async () => {
    await detached('before', 'exec sleep 1000')
    expect((await gocker('rename', 'before', 'after')).status).toBe(0)
    expect((await gocker('ps', '--format', '{{.Names}}')).stdout).toBe('after\n')
    expect((await gocker('inspect', 'before')).status).toBe(1)
    await detached('before', 'exec sleep 1000')
    expect((await gocker('rename', 'before', 'after')).stderr).toMatch(
      /^gocker: Error when allocating new name: Conflict. The container name "\/after" is already in use/,
    )
    await gone('before', 'after')
  })

  it('what does not run cannot be killed, paused or attached to, in Docker’s words', async () => {
    await gocker('create', '--name', 'idle', ...none, 'tiny', 'true')
    expect((await gocker('kill', 'idle')).stderr).toMatch(
      /^gocker: cannot kill container: idle: container [0-9a-f]{64} is not running\n$/,
    )
    expect((await gocker('pause', 'idle')).stderr).toMatch(/is not running/)
    expect((await gocker('attach', 'idle')).stderr).toMatch(
      /cannot attach to a stopped container, start it first/,
    )
    expect((await gocker('stop', 'idle')).stdout).toBe('idle\n')
    await gone('idle')
  })
})

describe.skipIf(!isRoot)('a container that crashes (needs root)', () => {
  it('is started again as often as its policy says, and all its logs are there', async () => {
    await detached('crashing', 'echo try; exit 1', '--restart', 'on-failure:2')
    expect((await gocker('wait', 'crashing')).status).toBe(0)
    await until(async () => (await field('crashing', '{{.State.Status}}')) === 'exited')
    expect((await gocker('logs', 'crashing')).stdout).toBe('try\ntry\ntry\n')
    expect(await field('crashing', '{{.RestartCount}}')).toBe('2')
    await gone('crashing')
  })

  it('is not started again when a person stops it, not even while it waits for its next start', async () => {
    await detached('stopped', 'exit 1', '--restart', 'always')
    await until(async () => (await field('stopped', '{{.State.Status}}')) === 'restarting')
    await until(async () => Number(await field('stopped', '{{.RestartCount}}')) >= 4)
    expect((await gocker('stop', 'stopped')).status).toBe(0)
    expect(await field('stopped', '{{.State.Status}}')).toBe('exited')
    const restarts = await field('stopped', '{{.RestartCount}}')
    await setTimeout(500)
    expect(await field('stopped', '{{.RestartCount}}')).toBe(restarts)
    await gone('stopped')
  })

  it('--restart and --rm contradict each other', async () => {
    const { status, stderr } = await gocker('run', '-d', '--rm', '--restart', 'always', 'tiny', 'true')
    expect([status, stderr]).toEqual([
      125,
      'gocker: Conflicting options: cannot specify both --restart and --rm\n',
    ])
  })
})

describe.skipIf(!isRoot)('logs (need root)', () => {
  it('can be followed to the end, cut, and dated', async () => {
    await detached('talker', 'for i in 1 2 3 4 5; do echo line $i; sleep 0.1; done')
    expect((await gocker('logs', '-f', 'talker')).stdout).toBe('line 1\nline 2\nline 3\nline 4\nline 5\n')
    expect((await gocker('logs', '-n', '2', 'talker')).stdout).toBe('line 4\nline 5\n')
    expect((await gocker('logs', '-t', '-n', '1', 'talker')).stdout).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line 5\n$/,
    )
    expect((await gocker('logs', '--until', '1h', 'talker')).stdout).toBe('')
    await gone('talker')
  })

  it('are kept in as many files as was asked for', async () => {
    await detached(
      'rotating',
      'i=0; while [ $i -lt 400 ]; do echo "line $i of many"; i=$((i + 1)); done',
      '--log-opt',
      'max-size=4k',
      '--log-opt',
      'max-file=3',
    )
    const id = stateOf('rotating')!.id
    await gocker('wait', 'rotating')
    const path = join(places.containers, id, `${id}-json.log`)
    for (const file of [path, `${path}.1`, `${path}.2`])
      expect(readFileSync(file).length).toBeLessThanOrEqual(4096)
    expect(existsSync(`${path}.3`)).toBe(false)
    expect((await gocker('logs', 'rotating')).stdout).toMatch(/line 398 of many\nline 399 of many\n$/)
    await gone('rotating')
  })

  it('are not kept of what its own command shows and forgets, and that is said', async () => {
    const running = start(['run', '--rm', '--name', 'passing', '--network', 'none', 'tiny', 'sleep', '1000'])
    await until(
      () => stateOf('passing') !== undefined,
      () => running.output(),
    )
    expect(await gocker('logs', 'passing')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^gocker: nothing is kept of what passing writes: with --rm .*\nTo have it kept .* gocker run -d --rm, and gocker logs -f\.\n$/,
      ),
    })
    expect((await gocker('attach', 'passing')).stderr).toMatch(
      /nobody else can attach to it\nTo have .* gocker exec -it passing sh\. .*\n$/,
    )
    await gocker('kill', 'passing')
    expect((await running.result).status).toBe(137)
  })

  it('of log driver none are not kept', async () => {
    await detached('silent', 'echo x', '--log-driver', 'none')
    const { status, stderr } = await gocker('logs', 'silent')
    expect([status, stderr]).toEqual([1, 'gocker: configured logging driver does not support reading\n'])
    await gone('silent')
  })
})

describe.skipIf(!isRoot)('health (needs root)', () => {
  it('is starting, then healthy, and unhealthy after as many failures as were allowed', async () => {
    await detached(
      'patient',
      'touch /well; exec sleep 1000',
      '--health-cmd',
      'test -e /well',
      '--health-interval',
      '300ms',
      '--health-retries',
      '2',
    )
    const health = () => field('patient', '{{.State.Health.Status}}')
    expect(['starting', 'healthy']).toContain(await health())
    await until(async () => (await health()) === 'healthy')
    expect((await gocker('ps', '--format', '{{.Status}}')).stdout).toMatch(/\(healthy\)/)
    await gocker('exec', 'patient', 'rm', '/well')
    await until(async () => (await health()) === 'unhealthy')
    await gone('patient')
  })
})

describe.skipIf(!isRoot)('events (need root)', () => {
  it('tell what happened, in order', async () => {
    const since = String(Date.now() / 1000)
    await detached('seen', 'exit 2')
    await gocker('wait', 'seen')
    await gone('seen')
    const { stdout } = await gocker(
      'events',
      '--since',
      since,
      '--until',
      '0s',
      '--format',
      '{{.Type}} {{.Action}}',
    )
    expect(stdout.trim().split('\n')).toEqual([
      'container create',
      'network connect',
      'container start',
      'container die',
      'network disconnect',
      'container destroy',
    ])
  })

  it('tell of an end before it is noted, for whoever waits for that has events of its own', async () => {
    const id = await detached('last', 'exec sleep 1000')
    const died = async () =>
      (
        await gocker(
          'events',
          '--since',
          '1h',
          '--until',
          '0s',
          '--filter',
          `container=${id}`,
          '--filter',
          'event=die',
        )
      ).stdout
    // nothing can be noted as long as somebody else notes something
    const state = openSync(join(places.containers, id), 'r')
    call(flock(state, C.LOCK_EX))
    process.kill(stateOf('last')!.pid!, 'SIGKILL')
    await until(async () => (await died()) !== '')
    expect(await field('last', '{{.State.FinishedAt}}')).toMatch(/^0001/)
    closeSync(state)
    await gocker('wait', 'last')
    await gone('last')
  })

  it('come as they happen', async () => {
    const watching = start([
      'events',
      '--filter',
      'event=die',
      '--format',
      '{{.Actor.Attributes.name}} {{.Actor.Attributes.exitCode}}',
    ])
    await setTimeout(500)
    await gocker('run', '--rm', '--name', 'brief', ...none, 'tiny', 'sh', '-c', 'exit 9')
    await watching.says('brief 9')
    watching.process.kill('SIGTERM')
    await watching.result
  })
})
