// What holds for every way into a container: run, with an init, with a terminal, exec, a health check.

import { closeSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { background, gocker, isRoot, places, program, start, stateOf, until, useGocker } from './gocker.ts'
import { makeImage } from './image.ts'

useGocker()

const alone = ['--network', 'none']

/** Somebody careless: has a directory of the host open, a strange umask, further groups, and a secret. */
async function careless(...args: string[]) {
  const open = openSync('/', 'r')
  const script = 'umask 077; exec setpriv --groups 4711,4712 "$@"'
  const running = start(args, { stdio: ['ignore', 'pipe', 'pipe', open] }, [
    'sh',
    '-c',
    script,
    'sh',
    program,
  ])
  const result = await running.result
  closeSync(open)
  return result
}

/** Says what it has from whoever started it. */
const look =
  'echo fds $(ls /proc/self/fd | wc -l); umask; grep ^Groups /proc/self/status; env | grep -c SECRET; pwd'
// the fourth is the one that ls itself has open
const nothing = /^fds 4\n0022\nGroups:\t0 \n0\n\/\n$/

describe.skipIf(!isRoot)('whoever starts a program in a container (needs root)', () => {
  it.each([
    ['run', []],
    ['run with an init', ['--init']],
    ['run in a user namespace', ['--userns-remap', 'default']],
    ['run with all rights', ['--privileged']],
  ])('by %s: hands nothing on', async (_, flags) => {
    const { stdout } = await careless('run', '--rm', ...alone, ...flags, 'tiny', 'sh', '-c', look)
    expect(stdout).toMatch(nothing)
  })

  it('by exec: hands nothing on', async () => {
    await using _ = await background('visited', ...alone, 'tiny', 'sleep', '1000')
    for (const flags of [[], ['--privileged']])
      expect((await careless('exec', ...flags, 'visited', 'sh', '-c', look)).stdout).toMatch(nothing)
  })

  it('by a health check: hands nothing on', async () => {
    const health = ['--health-cmd', look, '--health-interval', '100ms']
    const { status } = await careless(
      'run',
      '-d',
      '--name',
      'checked',
      ...alone,
      ...health,
      'tiny',
      'sleep',
      '1000',
    )
    expect(status).toBe(0)
    const seen = async () => (await gocker('inspect', '-f', '{{json .State.Health.Log}}', 'checked')).stdout
    await until(async () => (await seen()).includes('Output'))
    const [{ Output }] = JSON.parse(await seen()) as [{ Output: string }]
    expect(Output).toMatch(nothing)
    await gocker('rm', '-f', 'checked')
  })

  it.each(['run', 'exec'])('by %s: gives it a keyring of its own', async (how) => {
    const keys = ['sh', '-c', 'grep -c " _ses.gocker: empty" /proc/keys']
    await using _ = await background('keys', ...alone, '--privileged', 'tiny', 'sleep', '1000')
    const words = how === 'run' ? ['run', '--rm', '--privileged', ...alone, 'tiny'] : ['exec', 'keys']
    expect(Number((await gocker(...words, ...keys)).stdout)).toBeGreaterThan(0)
  })

  it('by exec: follows no link in /proc for its working directory (CVE-2024-21626)', async () => {
    await using _ = await background('elsewhere', ...alone, 'tiny', 'sleep', '1000')
    await gocker('exec', 'elsewhere', 'ln', '-s', '/proc/self/fd/3', '/job')
    for (const where of ['/job', '/proc/self/fd/3', '/proc/self/cwd', '/proc/1/root']) {
      const { status, stdout } = await careless('exec', '-w', where, 'elsewhere', 'ls')
      expect([status, stdout]).toEqual([127, ''])
    }
  })

  it('lets the OOM killer treat the program as it was asked to, and itself as before', async () => {
    await using _ = await background('score', ...alone, '--oom-score-adj', '500', 'tiny', 'sleep', '1000')
    const score = (pid: number | string) => readFileSync(`/proc/${pid}/oom_score_adj`, 'latin1').trim()
    const { pid, engine } = stateOf('score')!
    expect([score(pid!), score(engine.pid)]).toEqual(['500', score('self')])
    expect((await gocker('exec', 'score', 'cat', '/proc/self/oom_score_adj')).stdout).toBe('500\n')
  })
})

describe.skipIf(!isRoot)('what is written to /proc (needs root)', () => {
  it('is written to the real one, or not at all, if an image has a volume mounted upon it by a link (CVE-2019-16884, CVE-2025-52881)', async () => {
    makeImage('redirecting', (layer) => symlinkSync('/proc/sys', join(layer, 'data')))
    const fake = join(places.root, 'fake/net/ipv4')
    mkdirSync(fake, { recursive: true })
    const decoys = ['ip_default_ttl', 'ip_unprivileged_port_start', 'ping_group_range'].map((name) =>
      join(fake, name),
    )
    for (const path of decoys) writeFileSync(path, 'as it was')
    const flags = ['--sysctl', 'net.ipv4.ip_default_ttl=33', '-v', `${join(places.root, 'fake')}:/data`]
    const { status, stdout, stderr } = await gocker('run', '--rm', ...alone, ...flags, 'redirecting', 'true')
    expect([status, stdout]).toEqual([125, ''])
    expect(stderr).toContain('Something is mounted upon a part of /proc')
    for (const path of decoys) expect(readFileSync(path, 'utf8')).toBe('as it was')
  })

  it.each([
    ['-v', '/tmp:/proc'],
    ['--tmpfs', '/proc'],
    ['-v', '/tmp:/proc/sys'],
    ['--tmpfs', '/proc/self/attr'],
    ['-v', '/tmp:/proc/../proc/./sys'],
  ])('can have nothing in its place: %s %s', async (flag, value) => {
    const { status, stderr } = await gocker('run', '--rm', ...alone, flag, value, 'tiny', 'true')
    expect([status, stderr]).toEqual([125, expect.stringContaining('Nothing may be mounted')])
  })
})
