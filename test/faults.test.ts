// Killed at any moment. Each command is driven to one of its steps and killed there with SIGKILL; whatever is left then, the
// next commands understand it, and in the end nothing is left. FAULTS=all tries every step instead of a sample, FAULTS=30 so many of each.

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gocker, isRoot, places, until, useGocker } from './cli/gocker.ts'
import { chosen, dyingAt, stepsOf, supervisorDyingAt, supervisorStepsOf } from './faults/steps.ts'
import { filesBelow, oursOnThisHost, ownSubnet } from './ours.ts'

useGocker()

const run = [
  'run',
  '-d',
  '--name',
  'victim',
  '--network',
  'own',
  '-p',
  '127.0.0.1::7',
  '-v',
  'kept:/data',
  'tiny',
  'sleep',
  '1000',
]

const quiet = ['--network', 'none']
const idle = [...quiet, 'tiny', 'sleep', '1000']
const archive = join(places.root, 'tmp/archive.tar')
const file = fileURLToPath(import.meta.url)

/** What else there is: what goes before it, and what a person says after it was killed; that may be refused with these words. */
const others: readonly {
  readonly before: readonly (readonly string[])[]
  readonly args: readonly string[]
  readonly afterwards: readonly (readonly [readonly string[], RegExp?])[]
}[] = [
  {
    before: [],
    args: ['create', '--name', 'victim', '--network', 'own', '-v', 'kept:/etc', 'tiny', 'sleep', '1000'],
    afterwards: [[['start', 'victim'], /No such container/]],
  },
  {
    before: [['create', '--name', 'victim', '--network', 'own', 'tiny', 'sleep', '1000']],
    args: ['start', 'victim'],
    afterwards: [[['start', 'victim']], [['exec', 'victim', 'true']]],
  },
  {
    before: [['run', '-d', '--name', 'victim', '--network', 'own', 'tiny', 'sleep', '1000']],
    args: ['rename', 'victim', 'other'],
    afterwards: [
      [['rename', 'victim', 'other'], /No such container: victim/],
      [['inspect', 'other']],
      [['create', '--name', 'victim', ...idle]],
    ],
  },
  {
    before: [['run', '-d', '--name', 'victim', ...idle]],
    args: ['update', '-m', '64m', '--restart', 'always', 'victim'],
    afterwards: [[['update', '-m', '32m', 'victim']], [['restart', '-t', '0', 'victim']]],
  },
  {
    before: [],
    args: ['network', 'create', '--subnet', ownSubnet(2), 'extra'],
    afterwards: [
      [['network', 'create', '--subnet', ownSubnet(2), 'extra'], /already exists/],
      [['network', 'rm', 'extra']],
    ],
  },
  {
    before: [
      ['network', 'create', '--subnet', ownSubnet(2), 'extra'],
      ['run', '-d', '--name', 'victim', '--network', 'own', 'tiny', 'sleep', '1000'],
    ],
    args: ['network', 'connect', 'extra', 'victim'],
    afterwards: [
      [['network', 'connect', 'extra', 'victim'], /already exists in network/],
      [['network', 'disconnect', 'extra', 'victim']],
      [['network', 'rm', 'extra']],
    ],
  },
  {
    before: [
      ['network', 'create', '--subnet', ownSubnet(2), 'extra'],
      ['run', '-d', '--name', 'victim', '--network', 'own', 'tiny', 'sleep', '1000'],
      ['network', 'connect', 'extra', 'victim'],
    ],
    args: ['network', 'disconnect', 'extra', 'victim'],
    afterwards: [
      [['network', 'disconnect', 'extra', 'victim'], /is not connected to network/],
      [['network', 'connect', 'extra', 'victim']],
      [['rm', '-f', 'victim']],
      [['network', 'rm', 'extra']],
    ],
  },
  {
    before: [
      ['network', 'create', '--subnet', ownSubnet(2), 'extra'],
      ['run', '--rm', '--network', 'extra', 'tiny', 'true'],
    ],
    args: ['network', 'rm', 'extra'],
    afterwards: [
      [['network', 'rm', '-f', 'extra']],
      [['network', 'create', '--subnet', ownSubnet(2), 'extra']],
      [['network', 'rm', 'extra']],
    ],
  },
  {
    before: [],
    args: ['volume', 'create', 'kept'],
    afterwards: [[['volume', 'create', 'kept']], [['volume', 'rm', 'kept']]],
  },
  {
    before: [['run', '--rm', ...quiet, '-v', 'kept:/etc', 'tiny', 'true']],
    args: ['volume', 'rm', 'kept'],
    afterwards: [
      [['volume', 'rm', '-f', 'kept']],
      [['run', '--rm', ...quiet, '-v', 'kept:/etc', 'tiny', 'cat', '/etc/passwd']],
    ],
  },
  {
    before: [
      ['save', '-o', archive, 'tiny'],
      ['rmi', '-f', 'tiny'],
    ],
    args: ['load', '-q', '-i', archive],
    afterwards: [[['load', '-q', '-i', archive]], [['run', '--rm', ...quiet, 'tiny', 'true']]],
  },
  {
    before: [
      ['create', '--name', 'victim', ...idle],
      ['export', '-o', archive, 'victim'],
    ],
    args: ['import', archive, 'imported:1'],
    afterwards: [
      [['import', archive, 'imported:1']],
      [['run', '--rm', ...quiet, 'imported:1', 'true']],
      [['rmi', 'imported:1']],
    ],
  },
  {
    before: [['run', '-d', '--name', 'victim', ...quiet, 'tiny', 'sh', '-c', 'echo x > /x; exec sleep 1000']],
    args: ['commit', 'victim', 'committed:1'],
    afterwards: [
      // whoever was killed while it stood still cannot let it go on
      [['unpause', 'victim'], /is not paused/],
      [['commit', 'victim', 'committed:1']],
      [['run', '--rm', ...quiet, 'committed:1', 'cat', '/x']],
      [['rmi', 'committed:1']],
    ],
  },
  {
    before: [['run', '-d', '--name', 'victim', ...idle]],
    args: ['cp', file, 'victim:/x'],
    afterwards: [[['cp', file, 'victim:/x']], [['exec', 'victim', 'cat', '/x']]],
  },
  {
    before: [['run', '-d', '--name', 'victim', ...idle]],
    args: ['exec', 'victim', 'true'],
    afterwards: [[['exec', 'victim', 'true']]],
  },
]

async function namesNow(): Promise<string[]> {
  return (await gocker('ps', '-a', '--format', '{{.Names}}')).stdout.split('\n').filter(Boolean)
}

/** What a person would do who finds the machine like this. */
async function clearUp(): Promise<void> {
  const { status, stdout, stderr } = await gocker('ps', '-aq')
  expect([status, stderr]).toEqual([0, ''])
  const ids = stdout.split('\n').filter(Boolean)
  if (ids.length > 0) {
    const removed = await gocker('rm', '-f', ...ids)
    expect([removed.status, removed.stderr]).toEqual([0, ''])
  }
  await gocker('volume', 'prune', '-f', '--all')
  rmSync(archive, { force: true })
  await until(async () => {
    const pruned = await gocker('system', 'prune', '-f')
    expect([pruned.status, pruned.stderr]).toEqual([0, ''])
    return readdirSync(places.containers).length === 0
  })
  await makeNetwork()
}

/** The host is shared: what hangs on a network of our own is ours. */
async function makeNetwork(): Promise<void> {
  const { status, stdout, stderr } = await gocker('network', 'create', '--subnet', ownSubnet(1), 'own')
  expect([status, stderr]).toEqual([0, ''])
  links.add(`gk-${stdout.slice(0, 12)}`)
}

/** The containers that there were: what they had on the host is looked for in the end. */
const ids = new Set<string>()
const links = new Set<string>()

function remember(): void {
  for (const id of readdirSync(places.containers)) ids.add(id)
  for (const bridge of links) {
    const hanging = `/sys/class/net/${bridge}/brif`
    if (existsSync(hanging)) for (const link of readdirSync(hanging)) links.add(link)
  }
}

async function killedAt(step: number, ...args: string[]): Promise<void> {
  remember()
  await dyingAt(step, ...args)
  remember()
}

describe.skipIf(!isRoot)('killed at any of its steps (needs root)', () => {
  let files: string[]
  beforeEach(async () => {
    files = filesBelow(places.root)
    await makeNetwork()
  })
  afterEach(async () => {
    await clearUp()
    await gocker('network', 'rm', 'own')
    const left = () => oursOnThisHost({ root: places.root, ids, links })
    await until(
      () => left().length === 0,
      () => `left: ${left().join('\n')}`,
    )
    expect(filesBelow(places.root)).toEqual(files)
    ids.clear()
    links.clear()
  })

  it('run -d', async () => {
    const steps = await stepsOf(...run)
    await clearUp()
    expect(steps).toBeGreaterThan(20)
    for (const step of chosen(steps)) {
      await killedAt(step, ...run)
      await clearUp()
    }
  })

  it('run --rm', async () => {
    const args = ['run', '--rm', '--name', 'brief', '--network', 'own', '-v', '/data', 'tiny', 'true']
    const steps = await stepsOf(...args)
    expect(steps).toBeGreaterThan(100)
    for (const step of chosen(steps)) {
      await killedAt(step, ...args)
      await clearUp()
    }
  })

  it.each([
    ['stop', ['stop', '-t', '0', 'victim']],
    ['rm -f', ['rm', '-f', 'victim']],
    ['kill', ['kill', 'victim']],
    ['restart', ['restart', '-t', '0', 'victim']],
  ])('%s', async (_, args) => {
    expect(await gocker(...run)).toMatchObject({ status: 0, stderr: '' })
    const steps = await stepsOf(...args)
    await clearUp()
    for (const step of chosen(steps)) {
      expect(await gocker(...run)).toMatchObject({ status: 0, stderr: '' })
      await killedAt(step, ...args)
      // whatever it is now, it is told, and can be told to stop
      const { status, stdout } = await gocker('ps', '-a', '--format', '{{.Names}}')
      expect(status).toBe(0)
      if (stdout.includes('victim'))
        expect(await gocker('stop', '-t', '0', 'victim'), `after step ${step} of ${steps}`).toMatchObject({
          status: 0,
          stderr: '',
        })
      await clearUp()
    }
  })

  it.each(others.map((one) => [one.args.slice(0, 2).join(' '), one] as const))(
    '%s',
    async (_, { before, args, afterwards }) => {
      const ready = async () => {
        for (const words of before) expect(await gocker(...words)).toMatchObject({ status: 0, stderr: '' })
        remember()
      }
      await ready()
      const steps = await stepsOf(...args)
      await clearUp()
      for (const step of chosen(steps, 3)) {
        await ready()
        await killedAt(step, ...args)
        const why = `after step ${step} of ${steps}`
        for (const name of await namesNow())
          expect((await gocker('inspect', name)).status, `${why}: ${name}`).toBe(0)
        for (const [words, refusal] of afterwards) {
          const { status, stderr } = await gocker(...words)
          if (status !== 0 || stderr !== '')
            expect(stderr, `${words.join(' ')} ${why}`).toMatch(refusal ?? /^(?!)/)
        }
        await clearUp()
      }
    },
  )

  it('the supervisor', async () => {
    const args = [...run.slice(0, -2), 'sh', '-c', 'echo hello; exit 3']
    const steps = await supervisorStepsOf(...args)
    await clearUp()
    expect(steps).toBeGreaterThan(50)
    for (const step of chosen(steps, 6)) {
      remember()
      const { status, stderr } = await supervisorDyingAt(step, ...args)
      remember()
      const why = `after step ${step} of ${steps}: ${status} ${stderr}`
      if (status !== 0) expect(stderr, why).toContain('the supervisor ended before the container was started')
      // the container goes with it, and that is told
      await until(
        async () => (await gocker('ps', '-q')).stdout === '',
        () => `it still runs ${why}`,
      )
      const { stdout } = await gocker('ps', '-a', '--format', '{{.Names}} {{.State}}')
      expect(['', 'victim exited\n'], why).toContain(stdout)
      if (stdout !== '') {
        expect((await gocker('logs', 'victim')).status, why).toBe(0)
        expect(await gocker('start', 'victim'), why).toMatchObject({ status: 0, stderr: '' })
      }
      await clearUp()
    }
  })

  it('pull', async () => {
    const steps = await stepsOf('pull', '-q', 'tiny')
    for (const step of chosen(steps)) {
      await gocker('rmi', '-f', 'tiny')
      await killedAt(step, 'pull', '-q', 'tiny')
      // the next one makes it whole
      expect((await gocker('run', '--rm', '--network', 'none', 'tiny', 'echo', 'whole')).stdout).toBe(
        'whole\n',
      )
    }
    expect(existsSync(join(places.root, 'images/index.json'))).toBe(true)
  })
})
