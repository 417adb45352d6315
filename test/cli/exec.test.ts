// gocker exec: a further program in a running container, wholly inside.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hierarchy } from '../../src/cgroup/hierarchy.ts'
import {
  background,
  gocker,
  gockerWith,
  isAlive,
  isRoot,
  start,
  stateOf,
  until,
  useGocker,
} from './gocker.ts'

useGocker()

const lines = (text: string) => text.split('\n').filter(Boolean)

/** Which namespaces a process is in: `mnt:[4026532574]`, … */
const namespaces = (pid: number | 'self') =>
  readdirSync(`/proc/${pid}/ns`)
    .filter((name) => !name.endsWith('_for_children'))
    .map((name) => readlinkSync(`/proc/${pid}/ns/${name}`))

describe.skipIf(!isRoot)('gocker exec (needs root)', () => {
  it('joins every namespace of the container', async () => {
    await using _ = await background('joined')
    const list =
      'for p in 1 self; do for n in mnt uts ipc pid net cgroup; do readlink /proc/$p/ns/$n; done; done'
    const { stdout, stderr, status } = await gocker('exec', 'joined', 'sh', '-c', list)
    expect([status, stderr]).toEqual([0, ''])
    const found = lines(stdout)
    expect(found).toHaveLength(12)
    expect(found.slice(6)).toEqual(found.slice(0, 6))
    // none of them is the host's: process 1 of the container is really another one
    expect(namespaces('self').filter((name) => found.includes(name))).toEqual([])
    expect(namespaces(stateOf('joined')!.pid!)).toEqual(expect.arrayContaining(found))
  })

  it('joins its cgroup, in every hierarchy', async () => {
    await using _ = await background('grouped')
    const { cgroup, pid } = stateOf('grouped')!
    const running = start(['exec', 'grouped', 'sleep', '1000'])
    const pids = () => hierarchy().pids(cgroup)
    await until(() => pids().length === 2)
    const second = pids().find((one) => one !== pid)!
    const groups = (one: number) => lines(readFileSync(`/proc/${one}/cgroup`, 'utf8'))
    const mine = groups(second).filter((line) => line.endsWith(`/${cgroup}`))
    expect(mine.length).toBeGreaterThan(0)
    expect(groups(second)).toEqual(groups(pid!))
    process.kill(second, 'SIGKILL')
    expect((await running.result).status).toBe(137)
  })

  it('shows the container nothing of our own process, before it is the program', async () => {
    const look = 'for e in /proc/[0-9]*/exe; do case $(readlink $e) in *node*) echo seen; esac; done'
    const watch = `echo ready; while :; do ${look}; done`
    await using spied = await background('spied', '--network', 'none', 'tiny', 'sh', '-c', watch)
    await spied.says('ready')
    // many places to look for the program make that moment long
    const path = `PATH=${'/nowhere:'.repeat(2000)}/bin:/usr/bin`
    for (let i = 0; i < 10; i++) expect((await gocker('exec', '-e', path, 'spied', 'true')).status).toBe(0)
    expect(spied.output()).toBe('ready\n')
  })

  it('has the container’s environment, directory and rights', async () => {
    await using _ = await background(
      'alike',
      ...[
        '--network',
        'none',
        '-e',
        'A=b',
        '-w',
        '/var',
        '-u',
        'daemon',
        '--cap-drop',
        'ALL',
        'tiny',
        'sleep',
        '1000',
      ],
    )
    const script = 'echo $A $C $HOME; pwd; id -u; umask'
    const { stdout } = await gocker('exec', '-e', 'C=d', 'alike', 'sh', '-c', script)
    const { stdout: home } = await gocker(
      'exec',
      'alike',
      'sh',
      '-c',
      'grep ^daemon /etc/passwd | cut -d: -f6',
    )
    expect(lines(stdout)).toEqual([`b d ${home.trim()}`, '/var', '1', '0022'])
    const status = async (pid: string) =>
      lines((await gocker('exec', 'alike', 'cat', `/proc/${pid}/status`)).stdout).filter((line) =>
        /^(Cap|NoNewPrivs|Groups|Uid|Gid)/.test(line),
      )
    expect(await status('self')).toEqual(await status('1'))
  })

  it('takes a user, a directory and variables of its own', async () => {
    await using _ = await background('own')
    const exec = (...args: string[]) => gocker('exec', ...args)
    expect(
      (
        await exec(
          '-u',
          'daemon',
          '-w',
          '/etc',
          '-e',
          'X=y',
          'own',
          'sh',
          '-c',
          'echo $(id -u) $HOME $X; pwd',
        )
      ).stdout,
    ).toBe('1 / y\n/etc\n')
    expect(await exec('-u', 'nobodyatall', 'own', 'true')).toMatchObject({
      stderr: expect.stringContaining('unable to find user nobodyatall: no matching entries in passwd file'),
    })
    expect((await exec('-u', '4711', 'own', 'grep', 'CapEff', '/proc/self/status')).stdout).toMatch(/\t0+\n/)
  })

  it('has an exit status, and says what it could not start', async () => {
    await using _ = await background('status')
    const exec = (...args: string[]) => gocker('exec', 'status', ...args)
    expect((await exec('sh', '-c', 'exit 7')).status).toBe(7)
    expect(await exec('nosuch')).toMatchObject({
      status: 127,
      stderr: expect.stringContaining('exec: "nosuch": executable file not found in $PATH'),
    })
    expect((await exec('/etc/passwd')).status).toBe(126)
    expect((await exec('sh', '-c', 'kill -9 $$')).status).toBe(137)
  })

  it('does not wait for what the program leaves behind', async () => {
    await using _ = await background('leaving')
    const script = 'sleep 1000 & seq 50000'
    const { stdout, status } = await gocker('exec', 'leaving', 'sh', '-c', script)
    expect([status, lines(stdout).length, lines(stdout).at(-1)]).toEqual([0, 50_000, '50000'])
  })

  it('reads input with -i, and none without', async () => {
    await using _ = await background('reading')
    const input = 'some\nlines\n'
    expect((await gockerWith({ input }, 'exec', '-i', 'reading', 'cat')).stdout).toBe(input)
    expect((await gockerWith({ input }, 'exec', 'reading', 'cat')).stdout).toBe('')
  })

  it('ends with the container', async () => {
    const container = await background('ending')
    const running = start(['exec', 'ending', 'sh', '-c', 'echo begun; sleep 1000'])
    await running.says('begun')
    await container[Symbol.asyncDispose]()
    expect((await running.result).status).toBe(137)
  })

  it('ends when its own gocker is killed, and the container goes on', async () => {
    await using _ = await background('going-on')
    const { pid, cgroup } = stateOf('going-on')!
    const running = start(['exec', 'going-on', 'sleep', '1000'])
    await until(() => hierarchy().pids(cgroup).length === 2)
    running.process.kill('SIGKILL')
    await until(() => hierarchy().pids(cgroup).length === 1)
    expect(isAlive(pid!)).toBe(true)
  })

  it('is refused for what does not run, in Docker’s words', async () => {
    expect(await gocker('exec', 'nosuch', 'true')).toMatchObject({
      status: 1,
      stderr: 'gocker: No such container: nosuch\n',
    })
    await gocker('run', '--name', 'over', '--network', 'none', 'tiny', 'true')
    expect(await gocker('exec', 'over', 'true')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^gocker: container [0-9a-f]{64} is not running\n$/),
    })
  })
})
