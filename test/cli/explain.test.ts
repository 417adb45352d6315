// The list of calls that makes a container: printed before (--explain), and while it is made (--trace).

import { spawnSync } from 'node:child_process'
import { openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hostState } from '../host-state.ts'
import { gocker, gockerWith, isRoot, leftSince, places, program, useGocker } from './gocker.ts'

useGocker()

const lines = (text: string) => text.split('\n').filter(Boolean)

/** The names of the calls below a headline, in order. */
function callsBelow(explained: string, headline: string): string[] {
  const text = explained.split(/^── /m).find((part) => part.startsWith(headline)) ?? ''
  return [...text.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name!)
}

describe('gocker run --explain', () => {
  const explain = async (...args: string[]) => {
    const { status, stdout, stderr } = await gockerWith(
      { ...(isRoot ? { uid: 65534 } : {}), env: { GOCKER_ROOT: '/nonexistent' } },
      ...['run', '--explain', ...args],
    )
    expect([status, stderr]).toEqual([0, ''])
    return stdout
  }

  it.runIf(isRoot)('tells an ordinary user also what root has in a folder of his own', async () => {
    const { status, stdout, stderr } = await gockerWith({ uid: 65534 }, 'run', '--explain', 'tiny')
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('execve("/bin/sh"')
  })

  it('tells an ordinary user everything, and touches nothing', async () => {
    const before = isRoot ? hostState() : undefined
    const text = await explain('-it', '-m', '64m', '--read-only', 'tiny', 'echo', 'hi')
    if (before) expect(await leftSince(before)).toEqual([])
    for (const chapter of [1, 2, 3, 4, 5, 7, 8, 9])
      expect(text).toMatch(new RegExp(`^chapter ${chapter}: `, 'm'))
    expect(text).toMatch(/^gocker run tiny: \d+ calls/)
    expect(text).toMatch(/mount\("none", "\/", "", (MS_PRIVATE\|MS_REC|MS_REC\|MS_PRIVATE), NULL\)/)
    expect(text).toContain('execve("/usr/local/sbin/echo", ["echo", "hi"]')
    expect(text).toMatch(/clone\(.*CLONE_NEWNS.*CLONE_NEWPID/)
  })

  it('gives a reason for every group of calls', async () => {
    const text = await explain('tiny')
    const calls = lines(text).filter((line) => /^ {2}\w+\(/.test(line)).length
    const reasons = lines(text).filter((line) => /^ {2}# [a-z/]/.test(line)).length
    expect(calls).toBeGreaterThan(100)
    expect(reasons).toBeGreaterThan(40)
    expect(text).toContain(`: ${calls} calls`)
  })

  it('says that an image is not here, and goes on', async () => {
    expect(await explain('alpine:3.20', 'ls')).toContain('alpine:3.20 is not on this machine')
  })

  it('shows no number where flags have names', async () => {
    const text = await explain('-t', 'tiny')
    const calls = lines(text).filter((line) =>
      /^ {2}(mount|clone|unshare|openat|open_tree|move_mount)\(/.test(line),
    )
    expect(calls.length).toBeGreaterThan(30)
    for (const call of calls)
      expect(call.replaceAll(/"[^"]*"/g, '')).not.toMatch(/\b0x[0-9a-f]+|\b[1-9]\d{3,}\b/)
  })
})

/** With files for its output, which the program gets as they are: `--explain` takes that for granted. */
function traced(...args: string[]) {
  const [out, err] = ['out', 'err'].map((name) => join(places.root, name)) as [string, string]
  const { status } = spawnSync(program, ['run', '--rm', '--trace', ...args], {
    env: { ...process.env, GOCKER_ROOT: places.root },
    stdio: ['ignore', openSync(out, 'w'), openSync(err, 'w')],
  })
  return { status, stdout: readFileSync(out, 'utf8'), stderr: readFileSync(err, 'utf8') }
}

describe.skipIf(!isRoot)('gocker run --trace (needs root)', () => {
  it('prints every call of both processes, with its result, beside the program’s own output', async () => {
    const args = ['-e', 'PATH=/bin', '--hostname', 'box', 'tiny', 'echo', 'hi']
    const { status, stdout, stderr } = traced(...args)
    expect([status, stdout]).toEqual([0, 'hi\n'])
    const calls = lines(stderr)
    expect(calls.filter((line) => /^(\d\d| {2}) gocker \w+\(.*\) = /.test(line)).length).toBeGreaterThan(20)
    expect(stderr).toMatch(/\[\d+\] sethostname\("box", 3\) = 0/)
    expect(stderr).toMatch(/\[\d+\] execve\("\/bin\/echo", \["echo", "hi"\], .*\) = 0/)

    // what it did is what --explain says it would do
    const { stdout: explained } = await gocker('run', '--explain', ...args)
    const wanted = callsBelow(explained, 'the new process ─')
    const child = [...stderr.matchAll(/^(?:\d\d| {2}) \[\d+\] (\w+)\(/gm)].map(([, name]) => name!)
    expect(wanted.length).toBeGreaterThan(60)
    const begin = child.indexOf(wanted[0]!, child.indexOf('read'))
    // between the list and execve stands what each child of Node needs, and the program in memory that makes the last call
    const needed = [
      'fcntl',
      'read',
      ...Array<string>(5).fill('fcntl'),
      ...Array<string>(3).fill('close_range'),
      'execve',
    ]
    expect(child.slice(begin)).toEqual([...wanted.slice(0, -1), ...needed, ...wanted.slice(-1)])
  })

  it('shows the call that failed, and its errno', async () => {
    const { status, stderr } = await gocker('run', '--rm', '--trace', '--network', 'none', 'tiny', '/no/such')
    expect(status).toBe(127)
    expect(stderr).toMatch(/\[\d+\] execve\("\/no\/such".*\) = -1 ENOENT \(No such file or directory\)/)
  })

  it('leaves nothing', () => {
    expect(readdirSync(places.containers)).toEqual([])
  })
})
