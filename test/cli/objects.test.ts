// What gocker knows of: containers and images, by name and id, listed, described and removed.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  background,
  gocker,
  gockerWith,
  isAlive,
  isRoot,
  places,
  stateOf,
  until,
  useGocker,
} from './gocker.ts'

useGocker()

const lines = (text: string) => text.split('\n').filter(Boolean)
const ended = (name: string, ...args: string[]) =>
  gocker('run', '--name', name, '--network', 'none', ...(args.length > 0 ? args : ['tiny', 'true']))

describe.skipIf(!isRoot)('drivers (need root)', () => {
  it.each([
    ['volume create -d nfs data', 1, 'error looking up volume plugin nfs: plugin "nfs" not found'],
    ['network create -d macvlan far', 1, 'could not find plugin macvlan'],
    ['run --log-driver syslog tiny true', 125, "no log driver named 'syslog' is registered"],
  ])('are our own: %s is refused', async (line, expected, message) => {
    const { status, stderr } = await gocker(...line.split(' '))
    expect(stderr).toContain(message)
    expect(status).toBe(expected)
  })
})

describe.skipIf(!isRoot)('gocker ps (needs root)', () => {
  it('has Docker’s columns, and shows what runs', async () => {
    await using _ = await background('shown')
    await ended('over', 'tiny', 'sh', '-c', 'exit 3')
    const { stdout } = await gocker('ps')
    const [headings, row, ...more] = lines(stdout)
    expect(headings).toMatch(/^CONTAINER ID {3}IMAGE {3,}COMMAND {3,}CREATED {3,}STATUS {3,}PORTS {3,}NAMES$/)
    expect(row).toMatch(
      /^[0-9a-f]{12} {3}tiny {3,}"sleep 1000" {3,}(\d+ seconds?|Less than a second) ago {3,}Up (\d+ seconds?|Less than a second) {3,}shown$/,
    )
    expect(more).toEqual([])
    const all = lines((await gocker('ps', '-a')).stdout)
    expect(all).toHaveLength(3)
    expect(all.find((line) => line.endsWith('over'))).toMatch(
      /Exited \(3\) (\d+ seconds?|Less than a second) ago/,
    )
    await gocker('rm', 'over')
  })

  it('is one JSON object a line for programs, or a template', async () => {
    await using _ = await background('formatted')
    const rows = lines((await gocker('ps', '--format', 'json')).stdout).map((line) => JSON.parse(line))
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      Names: 'formatted',
      State: 'running',
      Image: 'tiny',
      Command: '"sleep 1000"',
    })
    expect(rows[0].ID).toBe(stateOf('formatted')!.id.slice(0, 12))
    expect(rows[0].CreatedAt).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC$/)
    expect(rows[0].Size).toBe('0B')
    const format = async (...args: string[]) => (await gocker('ps', ...args)).stdout
    expect(await format('--format', '{{.Names}}\\t{{upper .Image}}')).toBe('formatted\tTINY\n')
    expect(await format('--format', 'table {{.Names}}\\t{{.Image}}')).toBe(
      'NAMES       IMAGE\nformatted   tiny\n',
    )
    expect(await format('-q')).toBe(`${rows[0].ID}\n`)
    expect(await format('-q', '--no-trunc')).toBe(`${stateOf('formatted')!.id}\n`)
    expect((await gocker('ps', '--format', '{{.Nosuch}}')).status).not.toBe(0)
  })

  it('is empty, with headings, if nothing runs', async () => {
    expect(lines((await gocker('ps')).stdout)).toHaveLength(1)
    expect((await gocker('ps', '-q')).stdout).toBe('')
    expect((await gocker('ps', '--format', 'json')).stdout).toBe('')
  })
})

describe.skipIf(!isRoot)('a container (needs root)', () => {
  it('is found by name, id, and the beginning of its id', async () => {
    await ended('found')
    const { stdout } = await gocker('inspect', '-f', '{{.Id}}', 'found')
    const id = stdout.trim()
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    for (const name of [id, id.slice(0, 12), id.slice(0, 3), 'found'])
      expect((await gocker('inspect', '-f', '{{.Name}}', name)).stdout).toBe('/found\n')
    expect((await gocker('inspect', 'nosuch')).stderr).toBe('gocker: No such object: nosuch\n')
    await gocker('rm', 'found')
  })

  it('is described in Docker’s words', async () => {
    const container = await background(
      'described',
      ...[
        '--network',
        'bridge',
        '-m',
        '64m',
        '--cpus',
        '1.5',
        '--pids-limit',
        '50',
        '-e',
        'A=b',
        '-w',
        '/var',
        '-h',
        'box',
        '--read-only',
      ],
      ...['tiny', 'sleep', '1000'],
    )
    const inspect = async () =>
      (JSON.parse((await gocker('inspect', 'described')).stdout) as [Record<string, unknown>])[0]
    expect(await inspect()).toMatchObject({
      Name: '/described',
      Path: 'sleep',
      Args: ['1000'],
      State: {
        Status: 'running',
        Running: true,
        Pid: stateOf('described')!.pid,
        ExitCode: 0,
        OOMKilled: false,
      },
      HostConfig: {
        NetworkMode: 'bridge',
        Memory: 64 * 2 ** 20,
        MemorySwap: 128 * 2 ** 20,
        NanoCpus: 1_500_000_000,
        PidsLimit: 50,
        ReadonlyRootfs: true,
        AutoRemove: false,
      },
      Config: {
        Hostname: 'box',
        Image: 'tiny',
        WorkingDir: '/var',
        Env: expect.arrayContaining(['A=b']),
      },
      NetworkSettings: { IPAddress: expect.stringMatching(/^172\.29\./), Gateway: '172.29.0.1' },
    })
    // what is said of the address is what the container has
    const address = (
      await gocker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', 'described')
    ).stdout.trim()
    expect((await gocker('exec', 'described', 'ip', '-4', 'addr', 'show', 'eth0')).stdout).toContain(
      `inet ${address}/16`,
    )
    await gocker('rm', '-f', 'described')
    expect((await container.result).status).toBe(137)
  })

  it('has its exit status noted', async () => {
    await ended('seven', 'tiny', 'sh', '-c', 'exit 7')
    expect(
      (await gocker('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}} {{.State.Pid}}', 'seven')).stdout,
    ).toBe('exited 7 0\n')
    await gocker('rm', 'seven')
  })

  it('has its name for itself, in Docker’s words, until it is removed', async () => {
    await ended('once')
    const id = (await gocker('ps', '-aq', '--no-trunc')).stdout.trim()
    const before = readdirSync(places.containers)
    expect(await ended('once')).toEqual({
      status: 125,
      stdout: '',
      stderr: `gocker: Conflict. The container name "/once" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.\n`,
    })
    expect(readdirSync(places.containers)).toEqual(before)
    await gocker('rm', 'once')
    expect((await ended('once')).status).toBe(0)
    await gocker('rm', 'once')
  })

  it('gets a name and keeps nothing with --rm', async () => {
    const before = readdirSync(places.containers)
    await gocker('run', '--rm', '--network', 'none', 'tiny', 'sh', '-c', 'echo x > /file')
    expect(readdirSync(places.containers)).toEqual(before)
    await gocker('run', '--network', 'none', 'tiny', 'true')
    const { stdout } = await gocker('ps', '-a', '--format', '{{.Names}}')
    expect(stdout).toMatch(/^[a-z]+_[a-z]+\n$/)
    await gocker('rm', stdout.trim())
  })

  it('keeps what it wrote, without --rm', async () => {
    await ended('written', 'tiny', 'sh', '-c', 'echo x > /file')
    const id = (await gocker('ps', '-aq', '--no-trunc')).stdout.trim()
    expect(existsSync(join(places.containers, id, 'upper/file'))).toBe(true)
    await gocker('rm', 'written')
    expect(existsSync(join(places.containers, id))).toBe(false)
  })

  it('is not removed while it runs, but with -f', async () => {
    const container = await background('busy')
    const { pid, id } = stateOf('busy')!
    expect(await gocker('rm', 'busy')).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'gocker: cannot remove container "busy": container is running: stop the container before removing or force remove\n',
    })
    expect(isAlive(pid!)).toBe(true)
    expect(await gocker('rm', '-f', 'busy')).toEqual({ status: 0, stdout: 'busy\n', stderr: '' })
    expect(isAlive(pid!)).toBe(false)
    expect((await container.result).status).toBe(137)
    expect(existsSync(join(places.containers, id))).toBe(false)
    expect((await gocker('ps', '-aq')).stdout).toBe('')
  })

  it('several are removed at once, and those that are not there are told', async () => {
    await ended('one')
    await ended('two')
    expect(await gocker('rm', 'one', 'nosuch', 'two')).toEqual({
      status: 1,
      stdout: 'one\ntwo\n',
      stderr: 'gocker: No such container: nosuch\n',
    })
  })
})

describe.skipIf(!isRoot)('images (need root)', () => {
  it('are listed in Docker’s columns; tiny is one', async () => {
    const [headings, row] = lines((await gocker('images')).stdout)
    expect(headings).toMatch(/^REPOSITORY {3,}TAG {3,}IMAGE ID {3,}CREATED {3,}SIZE$/)
    expect(row).toMatch(/^tiny {3,}latest {3,}[0-9a-f]{12} {3,}.* ago {3,}[\d.]+MB$/)
    const json = JSON.parse((await gocker('images', '--format', 'json')).stdout)
    expect(json).toMatchObject({ Repository: 'tiny', Tag: 'latest' })
    expect((await gocker('images', '-q')).stdout).toBe(`${json.ID}\n`)
    expect((await gocker('images', 'nosuch', '-q')).stdout).toBe('')
    expect((await gocker('images', 'tiny', '-q')).stdout).toBe(`${json.ID}\n`)
  })

  it('are described by inspect, and found by id', async () => {
    const id = (await gocker('images', '-q')).stdout.trim()
    const { stdout } = await gocker('inspect', id)
    const [image] = JSON.parse(stdout)
    expect(image).toMatchObject({ Os: 'linux', RepoTags: ['tiny:latest'], Config: { Cmd: ['/bin/sh'] } })
    expect(image.Id).toMatch(new RegExp(`^sha256:${id}`))
    const { stdout: run } = await gocker('run', '--rm', '--network', 'none', id, 'echo', 'by id')
    expect(run).toBe('by id\n')
  })

  it('one that is used stays', async () => {
    const container = await background('user')
    const id = stateOf('user')!.id.slice(0, 12)
    const refused = await gocker('rmi', 'tiny')
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toMatch(
      new RegExp(
        `^gocker: conflict: unable to remove repository reference "tiny" \\(cannot be forced\\) - container ${id} is using its referenced image [0-9a-f]{12}\\n$`,
      ),
    )
    expect((await gocker('rmi', '-f', 'tiny')).status).toBe(1)
    await container[Symbol.asyncDispose]()
    await ended('former')
    expect((await gocker('rmi', 'tiny')).stderr).toContain('(must force) - container')
    await gocker('rm', 'former')
  })

  it('one that is not used goes, with its layers, and is made again', async () => {
    const { status, stdout } = await gocker('rmi', 'tiny')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Untagged: tiny:latest\n.*Deleted: sha256:[0-9a-f]{64}\n/s)
    expect(lines((await gocker('images')).stdout)).toHaveLength(1)
    expect(readdirSync(places.layers)).toEqual([])
    expect(await gocker('rmi', 'tiny')).toMatchObject({
      status: 1,
      stderr: 'gocker: No such image: tiny:latest\n',
    })
    expect((await gocker('run', '--rm', '--network', 'none', 'tiny', 'echo', 'again')).stdout).toBe('again\n')
  })
})

describe.skipIf(!isRoot)('the whole (needs root)', () => {
  it('gocker info counts what there is', async () => {
    await using _ = await background('counted')
    await ended('stopped')
    const format = '{{.Containers}} {{.ContainersRunning}} {{.ContainersStopped}} {{.Images}}'
    expect((await gocker('info', '-f', format)).stdout).toBe('2 1 1 1\n')
    const { stdout } = await gocker('info')
    expect(stdout).toContain(`Gocker Root Dir: ${places.root}\n`)
    await gocker('rm', 'stopped')
  })

  it('gocker version needs no root', async () => {
    const { status, stdout } = await gockerWith({ uid: 65534 }, 'version', '--format', 'json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ NodeVersion: process.version, Os: 'linux' })
  })

  it('system prune asks, and removes what has ended and nothing that runs', async () => {
    await using _ = await background('running')
    await ended('past')
    const asked = await gockerWith({ input: 'n\n' }, 'system', 'prune')
    expect(asked.stderr).toContain('Are you sure you want to continue? [y/N]')
    expect((await gocker('ps', '-a', '--format', '{{.Names}}')).stdout.split('\n')).toContain('past')
    const { status, stdout } = await gockerWith({ input: 'y\n' }, 'system', 'prune')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Deleted Containers:\n[0-9a-f]{64}\n.*Total reclaimed space: [\d.]+\w*B\n$/s)
    expect((await gocker('ps', '-a', '--format', '{{.Names}}')).stdout).toBe('running\n')
    expect((await gocker('exec', 'running', 'echo', 'still')).stdout).toBe('still\n')
  })

  it('system prune takes what fits its filters, and volumes without a name if it is told to', async () => {
    await ended('old', '-l', 'keep=no', '-v', '/anonymous', 'tiny', 'true')
    await ended('young', 'tiny', 'true')
    await gocker('volume', 'create', 'named')
    const unnamed = (await gocker('volume', 'ls', '-q')).stdout
    expect(unnamed).toMatch(/^[0-9a-f]{64}\nnamed\n$/)
    const both = await gocker('system', 'prune', '-f', '--volumes', '--filter', 'until=1h')
    expect(both).toMatchObject({
      status: 1,
      stderr: 'gocker: The "until" filter is not supported with "--volumes"\n',
    })
    expect((await gocker('system', 'prune', '-f', '--filter', 'until=1h')).stdout).not.toContain('Deleted C')
    const first = await gocker('system', 'prune', '-f', '--filter', 'label=keep=no')
    expect(lines(first.stdout)).toContain('Deleted Containers:')
    expect((await gocker('ps', '-a', '--format', '{{.Names}}')).stdout).toBe('young\n')
    expect((await gocker('volume', 'ls', '-q')).stdout).toBe(unnamed)
    const other = await gocker('volume', 'prune', '-f', '--filter', 'label=x')
    expect(other.stdout).toBe('Total reclaimed space: 0B\n')
    const second = await gocker('system', 'prune', '-f', '--volumes')
    expect(lines(second.stdout)).toContain('Deleted Volumes:')
    expect((await gocker('volume', 'ls', '-q')).stdout).toBe('named\n')
    expect((await gocker('volume', 'prune', '-af')).stdout).toMatch(
      /^Deleted Volumes:\nnamed\n\nTotal reclaimed space: 0B\n$/,
    )
  })

  it('a table may be read by a program that stops reading', async () => {
    await ended('listed')
    const { spawnSync } = await import('node:child_process')
    const { program } = await import('./gocker.ts')
    const env = { ...process.env, GOCKER_ROOT: places.root }
    const { stderr, stdout } = spawnSync('sh', ['-c', `${program} ps -a | head -1`], {
      env,
      encoding: 'utf8',
    })
    expect([stderr, lines(stdout).length]).toEqual(['', 1])
    await gocker('rm', 'listed')
    await until(async () => (await gocker('ps', '-aq')).stdout === '')
  })
})
