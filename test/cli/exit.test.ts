// With which status gocker ends, and what it says then: as Docker does.

import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hostState } from '../host-state.ts'
import { gocker, gockerWith, isRoot, leftSince, places, program, useGocker } from './gocker.ts'

useGocker()

const run = (...args: string[]) => gocker('run', '--rm', '--network', 'none', ...args)
const shell = (script: string, ...flags: string[]) => run(...flags, 'tiny', 'sh', '-c', script)

describe.skipIf(!isRoot)('the exit status (needs root)', () => {
  it.each([0, 1, 7, 42, 125, 126, 127, 255])('is the one of the program: %i', async (status) => {
    expect(await shell(`exit ${status}`)).toEqual({ status, stdout: '', stderr: '' })
  })

  it.each([
    ['KILL', 137],
    ['TERM', 143],
    ['SEGV', 139],
  ])('is 128 and the signal that killed the program: SIG%s', async (signal, status) => {
    // process 1 feels no signal that it sends itself, so a child of it is asked
    const { status: found } = await shell(`sh -c 'kill -${signal} $$'; exit $?`)
    expect(found).toBe(status)
  })

  it('is 127 for a program that the image does not have', async () => {
    const { status, stderr } = await run('tiny', 'nosuchprogram')
    expect(status).toBe(127)
    expect(stderr).toContain('exec: "nosuchprogram": executable file not found in $PATH')
    expect(await run('tiny', '/no/such')).toMatchObject({
      status: 127,
      stderr: expect.stringContaining('exec: "/no/such": stat /no/such: no such file or directory'),
    })
  })

  it('is 126 for a file that is no program', async () => {
    expect(await run('tiny', '/etc/passwd')).toMatchObject({
      status: 126,
      stderr: expect.stringContaining('exec: "/etc/passwd": permission denied'),
    })
    expect(await run('tiny', '/etc')).toMatchObject({
      status: 126,
      stderr: expect.stringContaining('exec: "/etc": '),
    })
  })

  it('looks a bare name up inside the image, not on the host', async () => {
    // node is in our PATH and not in the image; the directory of PATH that has it is not in the image either
    const bin = join(places.root, 'bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'onhost'), '#!/bin/sh\necho on the host\n')
    chmodSync(join(bin, 'onhost'), 0o755)
    const env = { PATH: `${bin}:${process.env.PATH}` }
    const missing = await gockerWith({ env }, 'run', '--rm', 'tiny', 'onhost')
    expect(missing).toMatchObject({ status: 127, stdout: '' })
    const there = await gockerWith({ env: { PATH: '/usr/bin:/bin' } }, 'run', '--rm', 'tiny', 'echo', 'hi')
    expect(there).toEqual({ status: 0, stdout: 'hi\n', stderr: '' })
  })

  it('looks it up in the PATH that the container has', async () => {
    const script = 'printf "#!/bin/sh\\necho found" > /opt/mine; chmod +x /opt/mine; exec env PATH=/opt mine'
    expect((await shell(`mkdir -p /opt; ${script}`)).stdout).toBe('found\n')
    expect((await run('-e', 'PATH=/nowhere', 'tiny', 'ls')).status).toBe(127)
    expect((await run('-e', 'PATH=/nowhere:/bin', 'tiny', 'echo', 'a')).stdout).toBe('a\n')
  })

  it('is 125 when the engine cannot do it, and nothing is left', async () => {
    const before = hostState()
    const containers = () => readdirSync(places.containers)
    const had = containers()
    for (const args of [
      ['-u', 'nobodyatall', 'tiny', 'true'],
      ['--cap-add', 'NO_SUCH', 'tiny', 'true'],
      ['--pull', 'never', 'nosuchimage', 'true'],
      ['-m', '1m', 'tiny', 'true'],
      ['--tmpfs', 'relative', 'tiny', 'true'],
      ['-w', 'relative', 'tiny', 'true'],
      ['--name', '-bad-', 'tiny', 'true'],
      ['--network', 'nosuchnet', 'tiny', 'true'],
    ]) {
      const { status, stdout, stderr } = await run(...args)
      expect([status, stdout], `${args.join(' ')}: ${stderr}`).toEqual([125, ''])
      expect(stderr).not.toMatch(/^\s+at /m)
    }
    expect(containers()).toEqual(had)
    expect(await leftSince(before)).toEqual([])
  })

  it('is 125 when the disk is full: one message, and nothing is left', () => {
    // a small disk, mounted where only these commands see it
    const disk = join(places.root, 'disk')
    mkdirSync(disk)
    const script = [
      'mount -t tmpfs -o size=40m none $disk',
      'GOCKER_ROOT=$disk; export GOCKER_ROOT',
      '$gocker pull -q tiny; head -c 100m /dev/zero > $disk/fill 2> /dev/null',
      '$gocker run --rm --network none tiny true; echo status $?; ls $disk/containers $disk/names',
      'rm $disk/fill; $gocker run --rm --network none tiny echo works',
    ]
    const env = { ...process.env, disk, gocker: program }
    const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script.join('\n')], {
      env,
      encoding: 'utf8',
    })
    expect(stdout.replaceAll(`${disk}/`, '')).toBe(
      'docker.io/library/tiny:latest\nstatus 125\ncontainers:\n\nnames:\nworks\n',
    )
    expect(stderr).toMatch(/^gocker: no space left on device.*\nThe disk under \S+ is full\. .*prune.*\n$/)
  })

  it('is 125 when no registry answers', async () => {
    const { status, stderr } = await run('127.0.0.1:2/no/image', 'true')
    expect(status).toBe(125)
    expect(stderr).toContain("Unable to find image '127.0.0.1:2/no/image:latest' locally\ngocker: ")
    expect(stderr.split('\n').length).toBeLessThan(6)
    expect((await gocker('pull', '127.0.0.1:2/no/image')).status).toBe(1)
  })

  it('is 125 when the image is for another processor than --platform asks for', async () => {
    const { status, stderr } = await run('--platform', 'linux/s390x', 'tiny', 'true')
    expect([status, stderr]).toEqual([125, expect.stringContaining('not for linux/s390x')])
  })

  it('leaves nothing of a container whose program was not found', async () => {
    const before = readdirSync(places.containers)
    await gocker('run', 'tiny', 'nosuchprogram')
    expect(readdirSync(places.containers)).toEqual(before)
  })
})

describe('a wrong command line', () => {
  it.each([
    [['run', '--nosuch', 'tiny'], 125, 'unknown flag: --nosuch'],
    [['run', '-Z', 'tiny'], 125, "unknown shorthand flag: 'Z' in -Z"],
    [['run', '--name'], 125, 'flag needs an argument: --name'],
    [['run'], 1, "'gocker run' requires at least 1 argument"],
    [['exec', 'one'], 1, "'gocker exec' requires at least 2 arguments"],
    [['rm'], 1, "'gocker rm' requires at least 1 argument"],
    [['ps', 'extra'], 1, "'gocker ps' accepts no arguments"],
    [['pull', 'one', 'two'], 1, "'gocker pull' requires 1 argument"],
    [['images', 'one', 'two'], 1, "'gocker images' requires at most 1 argument"],
    [['nosuch'], 1, 'unknown command: gocker nosuch'],
    [['system', 'nosuch'], 1, 'unknown command: gocker system nosuch'],
    [['system'], 0, 'Usage: gocker system COMMAND'],
    [
      ['run', '-m', 'lots', 'tiny'],
      125,
      'invalid argument "lots" for "-m, --memory" flag: invalid size: \'lots\'',
    ],
    [['run', '--cpus', 'x', 'tiny'], 125, 'invalid argument "x" for "--cpus" flag'],
    [['run', '--pids-limit', '1.5', 'tiny'], 125, 'invalid argument "1.5" for "--pids-limit" flag'],
    [
      ['run', '--pull', 'maybe', 'tiny'],
      125,
      'invalid pull option: \'maybe\': must be one of "always", "missing" or "never"',
    ],
    [['run', '-e', '=x', 'tiny'], 125, 'invalid environment variable: =x'],
    [['run', '--env-file', '/no/such/file', 'tiny'], 125, 'open /no/such/file: no such file or directory'],
    [['run', '--memory-swap', '1g', 'tiny'], 125, 'You should always set the Memory limit'],
  ])('%j is told in one message', async (args, status, message) => {
    const result = await gocker(...args)
    expect(result).toMatchObject({ status, stdout: '' })
    expect(result.stderr).toContain(message)
    expect(result.stderr).not.toMatch(/^\s+at /m)
  })

  it('shows help when it is asked for, on standard output', async () => {
    const { status, stdout, stderr } = await gocker('run', '--help')
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Usage:\s+gocker run \[OPTIONS\] IMAGE \[COMMAND\] \[ARG\.\.\.\]/)
    expect((await gocker()).stdout).toMatch(/^Usage:\s+gocker/)
  })
})

describe.skipIf(!isRoot)('an ordinary user', () => {
  it('is told which command to use', async () => {
    const { status, stderr } = await gockerWith({ uid: 65534 }, 'ps')
    expect(status).toBe(1)
    expect(stderr).toMatch(/^gocker: this needs root\. Run: sudo .*gocker ps\n$/)
    const byNpx = await gockerWith({ uid: 65534, env: { npm_command: 'exec' } }, 'ps')
    expect(byNpx.stderr).toMatch(/ npx gocker ps\n$/)
  })
})
