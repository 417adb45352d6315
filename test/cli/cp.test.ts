// Files into a container and out of it, by Docker's rules; and containers that want to send them elsewhere.

import { spawnSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostState } from '../host-state.ts'
import { gocker, gockerWith, isRoot, leftSince, type Options, useGocker } from './gocker.ts'

useGocker()

const desk = mkdtempSync(join(tmpdir(), 'gocker-desk-'))
const on = (path: string) => join(desk, path)
const done = { status: 0, stdout: '', stderr: '' }
const cp = (...words: string[]) => gocker('cp', ...words)
const within = async (name: string, script: string) => (await gocker('exec', name, 'sh', '-c', script)).stdout

describe.skipIf(!isRoot)('cp (needs root)', () => {
  beforeAll(async () => {
    mkdirSync(on('docs/deep'), { recursive: true })
    writeFileSync(on('letter'), 'dear Bob\n')
    writeFileSync(on('docs/deep/note'), 'a note\n', { mode: 0o640 })
    symlinkSync('/etc/hostname', on('docs/link'))
    linkSync(on('docs/deep/note'), on('docs/again'))
    chownSync(on('letter'), 4711, 4712)
    await gocker('run', '-d', '--name', 'alice', '--network', 'none', '-u', '7:8', 'tiny', 'sleep', '1000')
    await gocker('run', '--name', 'ended', '--network', 'none', '-v', 'box:/box', 'tiny', 'true')
  })
  afterAll(async () => {
    await gocker('rm', '-f', 'alice', 'ended')
    await gocker('volume', 'rm', 'box')
    rmSync(desk, { recursive: true, force: true })
  })

  it.each(['alice', 'ended'])('brings a file in and out again: %s', async (name) => {
    const before = hostState()
    expect(await cp(on('letter'), `${name}:/tmp/`)).toEqual(done)
    expect(await cp(`${name}:/tmp/letter`, on(`back-${name}`))).toEqual(done)
    expect(readFileSync(on(`back-${name}`), 'utf8')).toBe('dear Bob\n')
    expect(statSync(on(`back-${name}`)).uid).toBe(0)
    expect(await leftSince(before)).toEqual([])
  })

  it('gives it a new name, or replaces what is there', async () => {
    expect(await cp(on('letter'), 'alice:/tmp/mail')).toEqual(done)
    writeFileSync(on('second'), 'dear Carol\n')
    expect(await cp(on('second'), 'alice:tmp/mail')).toEqual(done)
    expect(await within('alice', 'cat /tmp/mail')).toBe('dear Carol\n')
  })

  it('makes a directory of the last name, or puts it into the one that is there; with /. only what is in it', async () => {
    const names = () => within('alice', 'cd /tmp/d && find . | sort | xargs echo')
    await cp(on('docs'), 'alice:/tmp/d')
    expect(await names()).toBe('. ./again ./deep ./deep/note ./link\n')
    await cp(on('docs'), 'alice:/tmp/d')
    expect(await names()).toContain('./docs/deep/note')
    await cp(`${on('docs')}/.`, 'alice:/tmp/e')
    expect(await within('alice', 'cd /tmp/e && find . | sort | xargs echo')).toBe(
      '. ./again ./deep ./deep/note ./link\n',
    )
    await cp('alice:/tmp/e/.', on('out'))
    expect(readFileSync(on('out/deep/note'), 'utf8')).toBe('a note\n')
    expect(statSync(on('out/deep/note')).mode & 0o777).toBe(0o640)
    expect(readlinkSync(on('out/link'))).toBe('/etc/hostname')
    expect(lstatSync(on('out/again')).ino).toBe(lstatSync(on('out/deep/note')).ino)
  })

  it('-L follows a link, else it is copied as a link', async () => {
    symlinkSync(on('letter'), on('pointer'))
    await cp(on('pointer'), 'alice:/tmp/p1')
    await cp('-L', on('pointer'), 'alice:/tmp/p2')
    expect(await within('alice', 'readlink /tmp/p1; cat /tmp/p2')).toBe(`${on('letter')}\ndear Bob\n`)
  })

  it('keeps the numbers of the owner, and -a gives it to the container’s user', async () => {
    await cp(on('letter'), 'alice:/tmp/o1')
    await cp('-a', on('letter'), 'alice:/tmp/o2')
    expect(await within('alice', 'stat -c %u:%g /tmp/o1 /tmp/o2')).toBe('4711:4712\n7:8\n')
  })

  it('writes an archive to -, and reads one from it', async () => {
    const options: Options = { encoding: 'latin1' }
    const { stdout } = await gockerWith(options, 'cp', `alice:/etc`, '-')
    const listed = spawnSync('tar', ['tf', '-'], { input: Buffer.from(stdout, 'latin1'), encoding: 'utf8' })
    expect(listed.stdout).toMatch(/^etc\/\n/)
    const archive = spawnSync('tar', ['cf', '-', '-C', desk, 'docs']).stdout
    expect(await gockerWith({ input: archive }, 'cp', '-', 'ended:/tmp')).toEqual(done)
    await cp('ended:/tmp/docs/deep/note', on('from-archive'))
    expect(readFileSync(on('from-archive'), 'utf8')).toBe('a note\n')
  })

  it('sees the volumes of one that does not run', async () => {
    expect(await cp(on('letter'), 'ended:/box/letter')).toEqual(done)
    const { stdout } = await gocker(
      'run',
      '--rm',
      '--network',
      'none',
      '-v',
      'box:/b',
      'tiny',
      'cat',
      '/b/letter',
    )
    expect(stdout).toBe('dear Bob\n')
  })

  it.each([
    [['alice:/nothing', '.'], 'Could not find the file /nothing in container alice'],
    [['/nothing-here', 'alice:/'], 'lstat /nothing-here: no such file or directory'],
    [[on('letter'), 'alice:/no/such'], 'Could not find the file /no in container alice'],
    [[on('letter'), 'alice:/tmp/none/'], 'destination directory "alice:/tmp/none/" must exist'],
    [[on('docs'), 'alice:/etc/hostname'], 'cannot copy directory'],
    [['alice:/a', 'ended:/b'], 'copying between containers is not supported'],
    [['/a', '/b'], 'must specify at least one container source'],
    [['nobody:/a', '/b'], 'No such container: nobody'],
    [['-', 'alice:/etc/hostname'], 'destination "alice:/etc/hostname" must be a directory'],
  ])('says what is wrong: %j', async (words, message) => {
    expect(await cp(...words)).toEqual({ status: 1, stdout: '', stderr: `gocker: ${message}\n` })
  })

  it('what is read only stays as it is, running or not; a volume in it can be written', async () => {
    const flags = ['--read-only', '-v', 'box:/box', '-v', `${desk}:/desk:ro`]
    await gocker('run', '-d', '--name', 'museum', '--network', 'none', ...flags, 'tiny', 'sleep', '1000')
    for (const _ of ['running', 'stopped']) {
      expect((await cp(on('letter'), 'museum:/tmp/')).stderr).toBe(
        'gocker: container rootfs is marked read-only\n',
      )
      expect((await cp(on('letter'), 'museum:/desk/new')).status).toBe(1)
      expect(existsSync(on('new'))).toBe(false)
      expect(await cp(on('letter'), 'museum:/box/letter')).toEqual(done)
      await gocker('stop', '-t', '0', 'museum')
    }
    await gocker('rm', 'museum')
  })

  it('does not take away what is mounted upon a file', async () => {
    const { status, stderr } = await cp(on('letter'), 'alice:/etc/hosts')
    expect([status, stderr]).toEqual([1, expect.stringContaining('device or resource busy')])
    expect(await within('alice', 'cat /etc/hosts')).toContain('localhost')
  })
})

describe.skipIf(!isRoot)('a container that lays links (needs root)', () => {
  it('gets nothing of the host, and puts nothing there', async () => {
    const vault = mkdtempSync(join(tmpdir(), 'gocker-vault-'))
    writeFileSync(join(vault, 'secret'), 'of the host\n')
    const script = `mkdir -p ${vault} /tmp/real; echo mine > ${vault}/secret; echo mine > /tmp/real/secret
      ln -s ${vault} /tmp/absolute; ln -s ../../../../../..${vault} /tmp/dots; ln -s /proc/self/root /tmp/magic; ln -s /proc/1/root /tmp/one
      touch /ready; while :; do ln -s ${vault} /tmp/swap 2>/dev/null; rm /tmp/swap; mkdir /tmp/swap; echo mine > /tmp/swap/secret; rm -r /tmp/swap; done`
    await gocker('run', '-d', '--name', 'mallory', '--network', 'none', 'tiny', 'sh', '-c', script)
    while ((await gocker('exec', 'mallory', 'test', '-e', '/ready')).status !== 0);
    const results = mkdtempSync(join(tmpdir(), 'gocker-results-'))
    writeFileSync(join(results, 'poison'), 'poison\n')
    for (const link of ['absolute', 'dots', `magic${vault}`, `one${vault}`]) {
      rmSync(join(results, 'secret'), { force: true })
      await cp(`mallory:/tmp/${link}/secret`, join(results, 'secret'))
      if (existsSync(join(results, 'secret')))
        expect(readFileSync(join(results, 'secret'), 'utf8')).toBe('mine\n')
      await cp(join(results, 'poison'), `mallory:/tmp/${link}/poison`)
    }
    for (let i = 0; i < 25; i++) {
      await cp('mallory:/tmp/swap/.', join(results, `swap${i}`))
      const got = join(results, `swap${i}`, 'secret')
      if (existsSync(got)) expect(readFileSync(got, 'utf8')).not.toContain('of the host')
      await cp(join(results, 'poison'), 'mallory:/tmp/swap/poison')
    }
    expect(readFileSync(join(vault, 'secret'), 'utf8')).toBe('of the host\n')
    expect(existsSync(join(vault, 'poison'))).toBe(false)
    await gocker('rm', '-f', 'mallory')
    for (const folder of [vault, results]) rmSync(folder, { recursive: true })
  }, 120_000)

  it('an archive leads nowhere else, either', async () => {
    await gocker('create', '--name', 'target', '--network', 'none', 'tiny', 'true')
    const trap = mkdtempSync(join(tmpdir(), 'gocker-trap-'))
    symlinkSync(trap, join(trap, 'way'))
    writeFileSync(join(trap, 'file'), 'x')
    const tar = (...words: string[]) => spawnSync('tar', ['cf', '-', '-P', '-C', trap, ...words]).stdout
    const dots = tar('--transform', 's,^,../../,', 'file')
    expect((await gockerWith({ input: dots }, 'cp', '-', 'target:/tmp')).stderr).toContain(
      'would be made outside of the directory',
    )
    const link = tar('way', '--transform', 's,^file,way/file,', 'file')
    expect((await gockerWith({ input: link }, 'cp', '-', 'target:/tmp')).status).toBe(1)
    await gocker('rm', 'target')
    rmSync(trap, { recursive: true })
  })
})
