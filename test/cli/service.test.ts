// What comes back after a reboot, and what `ps -a` says before it does. The reboot is simulated: all processes are killed, and
// what the kernel would lose is taken away.

import { spawnSync } from 'node:child_process'
import {
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  gocker,
  isAlive,
  isRoot,
  places,
  program,
  type Running,
  start,
  stateOf,
  until,
  useGocker,
} from './gocker.ts'

useGocker()

const hasTools = spawnSync('nft', ['--version']).status === 0 && spawnSync('ip', ['-V']).status === 0
const none = ['--network', 'none'] as const
const field = async (name: string, template: string) =>
  (await gocker('inspect', '-f', template, name)).stdout.trim()
const detached = async (name: string, script: string, ...flags: string[]) => {
  const { status, stderr } = await gocker(
    ...['run', '-d', '--name', name, ...none, ...flags, 'tiny', 'sh', '-c', script],
  )
  expect([status, stderr]).toEqual([0, ''])
}
const polite = 'trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done'

/** Kill everything at once, and forget what is in the kernel. */
async function reboot(): Promise<void> {
  for (const id of readdirSync(places.containers)) {
    const file = join(places.containers, id, 'state.json')
    const state = JSON.parse(readFileSync(file, 'utf8'))
    for (const pid of [state.engine?.pid, state.pid])
      if (pid !== undefined && state.finishedAt === undefined && isAlive(pid)) process.kill(pid, 'SIGKILL')
    await until(() => !isAlive(state.pid ?? 0) || state.finishedAt !== undefined)
    forgetCgroups(id)
    // each boot has an id of its own
    writeFileSync(file, JSON.stringify({ ...state, boot: '00000000-0000-4000-8000-000000000000' }))
  }
}

function forgetCgroups(id: string): void {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').matchAll(/ (\S+) \S+ (?:\S+ )*- cgroup2? /g)
  for (const [, mount] of mounts) {
    const group = join(mount!, 'gocker', id)
    if (statSync(group, { throwIfNoEntry: false })) rmdirSync(group)
  }
}

async function service(): Promise<Running> {
  const running = start(['system', 'service'])
  await running.says('the service is up')
  return running
}

async function ends({ process: child, result }: Running): Promise<string> {
  child.kill('SIGTERM')
  const { status, stderr } = await result
  expect(status).toBe(0)
  return stderr
}

describe.skipIf(!isRoot)('after a reboot (needs root)', () => {
  afterAll(async () => {
    const ids = (await gocker('ps', '-aq')).stdout.split('\n').filter(Boolean)
    if (ids.length > 0) await gocker('rm', '-f', ...ids)
  })

  it('ps -a tells the truth, even where another process has the number of ours and started at the same time', async () => {
    await detached('lost', 'exec sleep 1000')
    await reboot()
    const file = join(places.containers, stateOf('lost')!.id, 'state.json')
    const state = JSON.parse(readFileSync(file, 'utf8'))
    const stat = readFileSync(`/proc/${process.pid}/stat`, 'latin1')
    const started = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
    const me = { pid: process.pid, started }
    writeFileSync(file, JSON.stringify({ ...state, ...me, engine: me }))
    expect((await gocker('ps', '-a', '--format', '{{.Names}} {{.Status}}')).stdout).toMatch(
      /^lost Exited \(255\) .*\n$/,
    )
    expect((await gocker('stop', 'lost')).stdout).toBe('lost\n')
    expect((await gocker('rm', 'lost')).status).toBe(0)
  })

  it('those come back whose policy says so, and all are stopped when it goes down again', async () => {
    await detached('always', polite, '--restart', 'always')
    await detached('unless', polite, '--restart', 'unless-stopped')
    await detached('plain', polite)
    await detached('failing', polite, '--restart', 'on-failure')
    await detached('stopped-always', polite, '--restart', 'always')
    await detached('stopped-unless', polite, '--restart', 'unless-stopped')
    await gocker('create', '--name', 'never', ...none, '--restart', 'always', 'tiny', 'true')
    await gocker('stop', 'stopped-always', 'stopped-unless')
    const running = async () =>
      (await gocker('ps', '--format', '{{.Names}}')).stdout.trim().split('\n').sort()
    const back = ['always', 'stopped-always', 'unless']

    await reboot()
    const first = await service()
    expect(await running()).toEqual(back)
    // a second one has nothing to do
    expect((await gocker('system', 'service')).stderr).toContain('the service runs already')
    await gocker('start', 'plain')

    // going down: all end as they like, at the same time, and not as if a person had stopped them
    await until(async () => (await gocker('logs', 'plain')).stdout.endsWith('up\n'))
    const before = Date.now()
    expect(await ends(first)).toContain('stopped 4 containers')
    expect(Date.now() - before).toBeLessThan(9_000)
    expect(await running()).toEqual([''])
    expect(await field('plain', '{{.State.ExitCode}}')).toBe('0')
    expect((await gocker('logs', 'always')).stdout).toMatch(/bye\n$/)

    await reboot()
    const second = await service()
    expect(await running()).toEqual(back)
    await gocker('stop', 'unless')
    await ends(second)
    await reboot()
    const third = await service()
    expect(await running()).toEqual(['always', 'stopped-always'])

    // it is no daemon: without it all goes on
    third.process.kill('SIGKILL')
    await third.result
    expect(await running()).toEqual(['always', 'stopped-always'])
    const fourth = await service()
    await ends(fourth)
    expect(await running()).toEqual([''])
  })

  it.skipIf(!hasTools)('networks and published ports are there again', async () => {
    const { stdout: id } = await gocker('network', 'create', 'shop')
    const bridge = `gk-${id.slice(0, 12)}`
    const server = 'while :; do echo "hello from $(hostname)" > /dev/null; sleep 0.1; done'
    const { status } = await gocker(
      ...['run', '-d', '--name', 'till', '--network', 'shop', '-p', '127.0.0.1::80', '--restart', 'always'],
      ...['tiny', 'sh', '-c', server],
    )
    expect(status).toBe(0)
    const rules = () => spawnSync('nft', ['list', 'table', 'ip', bridge], { encoding: 'utf8' }).stdout
    expect(rules()).toContain('dnat to')
    await reboot()
    spawnSync('ip', ['link', 'del', bridge])
    spawnSync('nft', ['delete', 'table', 'ip', bridge])
    expect((await gocker('ps', '-a', '--format', '{{.Names}} {{.Status}}')).stdout).toMatch(/^till Exited/m)
    const running = await service()
    expect(await field('till', '{{.State.Status}}')).toBe('running')
    expect(rules()).toContain('dnat to')
    expect((await gocker('port', 'till')).stdout).toMatch(/^80\/tcp -> 127\.0\.0\.1:\d+\n$/)
    await ends(running)
    expect(rules()).not.toContain('dnat to')
    await gocker('rm', '-f', 'till')
    expect((await gocker('network', 'rm', 'shop')).status).toBe(0)
  })

  it('a supervisor that gets SIGTERM ends its container, which comes back with the next boot', async () => {
    await detached('shut', polite, '--restart', 'unless-stopped')
    process.kill(stateOf('shut')!.engine.pid, 'SIGTERM')
    await until(async () => (await field('shut', '{{.State.Status}}')) === 'exited')
    await reboot()
    const running = await service()
    expect(await field('shut', '{{.State.Status}}')).toBe('running')
    await ends(running)
  })

  it('the unit file names this program, and not the link by which it was found', async () => {
    const link = join(places.root, 'found')
    symlinkSync(dirname(program), join(places.root, 'way'))
    symlinkSync('way/gocker', link)
    const found = await start(['system', 'service', '--unit'], {}, [link]).result
    expect(found.stdout).toContain(`\nExecStart=${realpathSync(program)} system service\n`)
    const { stdout } = await gocker('system', 'service', '--unit')
    expect(stdout).toMatch(/^ExecStart=\/.*\/gocker system service$/m)
    expect(stdout).toContain(`Environment=GOCKER_ROOT=${places.root}\n`)
  })
})

describe.skipIf(!isRoot)('gocker container (needs root)', () => {
  it('is the same commands under one roof', async () => {
    await gocker('container', 'run', '--name', 'one', ...none, 'tiny', 'sh', '-c', 'exit 3')
    expect((await gocker('container', 'ls', '-a', '--format', '{{.Names}}')).stdout).toBe('one\n')
    expect((await gocker('container', 'inspect', '-f', '{{.State.ExitCode}}', 'one')).stdout).toBe('3\n')
    expect((await gocker('container', 'rm')).stderr).toMatch(
      /^gocker: 'gocker container rm' requires at least 1 argument/,
    )
    expect((await gocker('container', 'run', 'no-such/image:1', '--pull', 'never')).status).toBe(125)
    expect((await gocker('container', 'nonsense')).stderr).toMatch(
      /^gocker: unknown command: gocker container nonsense/,
    )
  })

  it('prune forgets what does not run, as far as the filters say', async () => {
    await gocker('create', '--name', 'kept', ...none, '--label', 'keep', 'tiny', 'true')
    await detached('busy', 'exec sleep 1000')
    const one = await field('one', '{{.Id}}')
    expect((await gocker('container', 'prune', '-f', '--filter', 'until=24h')).stdout).toMatch(
      /^Total reclaimed space: 0B\n$/,
    )
    const { stdout } = await gocker('container', 'prune', '-f', '--filter', 'label!=keep')
    expect(stdout).toMatch(new RegExp(`^Deleted Containers:\\n${one}\\n\\nTotal reclaimed space: `))
    await gocker('container', 'prune', '-f')
    expect((await gocker('ps', '-a', '--format', '{{.Names}}')).stdout).toBe('busy\n')
    await gocker('rm', '-f', 'busy')
  })

  it('help lists the groups apart', async () => {
    const { stdout } = await gocker('--help')
    expect(stdout).toMatch(/\nManagement Commands:\n {2}container +Manage containers\n {2}image /)
    expect(stdout).toMatch(/\nCommon Commands:\n {2}run /)
  })
})
