// A container whose root is an ordinary user of the host: --userns-remap.

import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { usualRange } from '../../src/security/id-ranges.ts'
import { call } from '../../src/syscall/call.ts'
import { lsetxattr } from '../../src/syscall/file.ts'
import { hostState } from '../host-state.ts'
import {
  background,
  gocker,
  gockerWith,
  inside,
  isRoot,
  leftSince,
  places,
  program,
  type Result,
  stateOf,
  until,
  useGocker,
} from './gocker.ts'
import { makeImage } from './image.ts'

useGocker()

const remap = ['--userns-remap', 'default']
const root = usualRange.hostID

const mapped = (script: string, ...flags: string[]) => inside(script, ...remap, ...flags)
const attempt = (script: string, ...flags: string[]) =>
  gocker('run', '--rm', '--network', 'none', ...remap, ...flags, 'tiny', 'sh', '-c', script)
const idsOf = (path: string) => {
  const { uid, gid } = statSync(path)
  return [uid, gid]
}
/** Without what gocker says of rights that this machine does not have, and without the advice of mount(8). */
const complaints = (stderr: string) =>
  stderr
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('WARNING') && !line.includes('dmesg(1)'))
const upperOf = (name: string) => join(places.containers, stateOf(name)!.id, 'upper')

/** `gocker` on a host that has these two files, as one mount namespace sees them. */
function withRanges(subuid: string, ...args: string[]): Result {
  const etc = join(places.root, 'etc')
  mkdirSync(etc, { recursive: true })
  for (const file of ['subuid', 'subgid']) writeFileSync(join(etc, file), subuid)
  const script = 'mount -t overlay -o "lowerdir=$1:/etc" overlay /etc && shift && exec "$@"'
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['-m', 'sh', '-c', script, 'sh', etc, program, ...args],
    { env: { ...process.env, GOCKER_ROOT: places.root }, encoding: 'utf8' },
  )
  return { status: status ?? -1, stdout, stderr }
}

describe.skipIf(!isRoot)('a container in a user namespace (needs root)', () => {
  /** Executables with more rights than whoever starts them. */
  beforeAll(() => {
    makeImage('rights', (layer) => {
      for (const name of ['id', 'cat', 'chown']) copyFileSync(`/usr/bin/${name}`, join(layer, `my-${name}`))
      chmodSync(join(layer, 'my-id'), 0o4755)
      // struct vfs_cap_data: revision 2, effective; permitted: CAP_NET_RAW; inheritable: nothing
      const rights = Buffer.from(new Uint32Array([0x02000001, 1 << 13, 0, 0, 0]).buffer)
      call(lsetxattr(join(layer, 'my-cat'), 'security.capability', rights))
      mkdirSync(join(layer, 'private'), { mode: 0o700 })
      writeFileSync(join(layer, 'private/of-1000'), '')
      execFileSync('chown', ['-R', '1000:1000', join(layer, 'private')])
    })
  })

  it('is root inside and somebody else outside, by the kernel’s own word', async () => {
    await using _ = await background('mapped', '--network', 'none', ...remap, 'tiny', 'sleep', '1000')
    const { pid } = stateOf('mapped')!
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    expect(/^Uid:\t(.*)$/m.exec(status)?.[1]).toBe([root, root, root, root].join('\t'))
    expect(/^Gid:\t(.*)$/m.exec(status)?.[1]).toBe([root, root, root, root].join('\t'))
    for (const map of ['uid_map', 'gid_map'])
      expect(readFileSync(`/proc/${pid}/${map}`, 'utf8').trim().split(/\s+/)).toEqual([
        '0',
        `${root}`,
        '65536',
      ])
    expect((await gocker('exec', 'mapped', 'id')).stdout).toBe('uid=0(root) gid=0(root) groups=0(root)\n')
    const shown = await gocker('inspect', '-f', '{{json .HostConfig.IDMappings}}', 'mapped')
    expect(JSON.parse(shown.stdout)).toEqual({ UidMap: [`0:${root}:65536`], GidMap: [`0:${root}:65536`] })
  })

  it('sees the files of its image as its own, and writes files that belong to it outside', async () => {
    await using _ = await background('files', '--network', 'none', ...remap, 'tiny', 'sleep', '1000')
    const script =
      'stat -c "%u:%g %n" / /etc /etc/passwd /usr/bin/id /dev /dev/null /dev/shm /etc/hosts; mkdir /made; echo x > /made/file; chown 7:8 /made/file; echo "# more" >> /etc/passwd'
    const { stdout, stderr } = await gocker('exec', 'files', 'sh', '-c', script)
    expect(stderr).toBe('')
    for (const line of stdout.trim().split('\n')) expect(line).toMatch(/^0:0 \//)
    expect(idsOf(join(upperOf('files'), 'made'))).toEqual([root, root])
    expect(idsOf(join(upperOf('files'), 'made/file'))).toEqual([root + 7, root + 8])
    // copied up from a layer, where it belongs to 0
    expect(idsOf(join(upperOf('files'), 'etc/passwd'))).toEqual([root, root])
  })

  it('shares the layers with containers that have none, and with those that have other ids', () => {
    const ranges = 'one:100000:65536\ntwo:300000:65536\n'
    const run = (...flags: string[]) =>
      withRanges(
        ranges,
        ...['run', '--rm', '--network', 'none', ...flags, 'rights', 'sh', '-c'],
        'cat /proc/self/uid_map; stat -c %u:%g /usr/bin/id /private; touch /tmp/x; stat -c %u /tmp/x',
      )
    const lines = ({ status, stdout, stderr }: Result) => {
      expect([status, stderr]).toEqual([0, ''])
      return stdout
        .trim()
        .split('\n')
        .map((line) => line.trim().replace(/\s+/g, ' '))
    }
    expect(lines(run('--userns-remap', 'one'))).toEqual(['0 100000 65536', '0:0', '1000:1000', '0'])
    expect(lines(run('--userns-remap', 'two'))).toEqual(['0 300000 65536', '0:0', '1000:1000', '0'])
    expect(lines(run())).toEqual(['0 0 4294967295', '0:0', '1000:1000', '0'])
  })

  it('says what is missing of ranges', () => {
    const run = (subuid: string, who: string) =>
      withRanges(subuid, 'run', '--rm', '--network', 'none', '--userns-remap', who, 'tiny', 'true')
    expect(run('', 'carol')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('No subuid ranges found for user "carol" in /etc/subuid'),
    })
    expect(run('carol:100000:1000\n', 'carol').stderr).toContain('gives 1000 ids to user "carol"')
  })

  it('is nobody to what belongs to the host’s root, whatever its rights inside', async () => {
    const shared = join(places.root, 'shared')
    mkdirSync(shared)
    chmodSync(shared, 0o777)
    for (const [name, mode] of [
      ['secret', 0o600],
      ['readable', 0o644],
    ] as const)
      writeFileSync(join(shared, name), 'of the host\n', { mode })
    const script =
      'cat /s/readable; cat /s/secret; echo x > /s/readable; echo x > /s/secret; chown 0:0 /s/secret; chmod 777 /s/secret; echo new > /s/made; stat -c %u /s/secret'
    const { stdout, stderr } = await attempt(script, '--cap-add', 'ALL', '-v', `${shared}:/s`)
    expect(stdout).toBe('of the host\n65534\n')
    expect(complaints(stderr)).toHaveLength(5)
    for (const line of complaints(stderr)) expect(line).toMatch(/denied|not permitted/i)
    expect(readFileSync(join(shared, 'secret'), 'utf8')).toBe('of the host\n')
    expect(idsOf(join(shared, 'made'))).toEqual([root, root])
  })

  it('makes no devices, and its mounts are locked, whatever its rights inside', async () => {
    const script = [
      'mknod /tmp/disk b 8 0',
      'umount /proc/keys',
      'umount /proc/sys',
      'mount -o remount,rw /proc/sys',
      'echo 1 > /proc/sys/kernel/panic',
      'mount -t tmpfs none /tmp && echo a mount of its own',
      'hostname changed && hostname',
    ].join('\n')
    const { stdout, stderr } = await attempt(script, '--cap-add', 'ALL')
    expect(stdout).toBe('a mount of its own\nchanged\n')
    expect(complaints(stderr)).toHaveLength(5)
  })

  it('has rights over its own network, and over no other', async () => {
    const script = 'ip link set lo down && ip link show lo | head -1'
    expect(await mapped(script, '--cap-add', 'NET_ADMIN')).toMatch(/^1: lo: <LOOPBACK>/)
    expect((await attempt(script)).status).not.toBe(0)
    expect(
      await mapped('cat /proc/sys/net/ipv4/ip_unprivileged_port_start; ping -c 1 -q 127.0.0.1 | grep loss'),
    ).toMatch(/^0\n1 packets transmitted, 1 (packets )?received, 0% packet loss/)
  })

  it('has settings of its own, also those of its IPC namespace', async () => {
    const flags = ['--sysctl', 'kernel.shmmni=77', '--sysctl', 'net.ipv4.ip_default_ttl=33']
    const script = 'cat /proc/sys/kernel/shmmni /proc/sys/net/ipv4/ip_default_ttl'
    expect(await mapped(script, ...flags)).toBe('77\n33')
  })

  it('runs set-user-ID programs and programs with rights', async () => {
    const run = (...words: string[]) =>
      gocker('run', '--rm', '--network', 'none', ...remap, '-u', '1000', 'rights', ...words)
    expect((await run('/my-id')).stdout).toContain('euid=0(root)')
    expect((await run('/my-cat', '/proc/self/status')).stdout).toMatch(/^CapEff:\t0*2000$/m)
  })

  it('has a terminal', async () => {
    const command = `${program} run --rm -it --network none --userns-remap default -u 1000 tiny sh -c 'tty; stat -c "%u %g" $(tty); echo to the terminal > /dev/tty'`
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      env: { ...process.env, GOCKER_ROOT: places.root },
      encoding: 'utf8',
      input: '',
    })
    for (const line of ['/dev/pts/0', '1000 5', 'to the terminal']) expect(stdout).toContain(`${line}\r\n`)
  })

  it('opens its own standard output, also as another user', async () => {
    expect(await mapped('echo one > /dev/stdout; echo two > /proc/self/fd/1')).toBe('one\ntwo')
    expect(await mapped('echo one > /dev/stdout', '-u', '1000')).toBe('one')
  })

  it('has an init, limits and a read-only root, as any other', async () => {
    expect(await mapped('cat /proc/1/comm; echo $$', '--init')).toBe('gocker-init\n2')
    expect(
      await mapped(
        'ulimit -n; cat /proc/self/oom_score_adj',
        '--ulimit',
        'nofile=99',
        '--oom-score-adj',
        '500',
      ),
    ).toBe('99\n500')
    expect((await attempt('echo x > /file', '--read-only')).stderr).toMatch(/Read-only/i)
  })

  it('is entered by exec as the user that is asked for, with the rights of the container', async () => {
    await using _ = await background('entered', '--network', 'none', ...remap, 'rights', 'sleep', '1000')
    const exec = async (...words: string[]) => {
      const { status, stdout, stderr } = await gocker('exec', ...words)
      expect([status, stderr]).toEqual([0, ''])
      return stdout.trim()
    }
    expect(
      await exec(
        '-u',
        '1000',
        'entered',
        'sh',
        '-c',
        'id -u; ls /private; touch /private/made; echo > /dev/stdout',
      ),
    ).toBe('1000\nof-1000')
    expect(idsOf(join(upperOf('entered'), 'private/made'))).toEqual([root + 1000, root + 1000])
    const status = await exec('entered', 'cat', '/proc/self/status')
    const own = await exec('entered', 'cat', '/proc/1/status')
    const rights = (text: string) => text.split('\n').filter((line) => line.startsWith('Cap'))
    expect(rights(status)).toEqual(rights(own))
    expect(await exec('--privileged', 'entered', 'sh', '-c', 'mknod /tmp/x c 1 3 2>&1 || true')).toMatch(
      /not permitted/,
    )
  })

  it('gives volumes to its root, with what the image has there; directories of the host stay as they are', async () => {
    expect(await inside('stat -c %u:%g /private /private/of-1000 2>/dev/null || true')).toBe('')
    const flags = ['run', '--rm', '--network', 'none', ...remap, '-v', 'filled:/private', '-v', 'empty:/data']
    const { stdout } = await gocker(
      ...flags,
      'rights',
      'stat',
      '-c',
      '%u:%g',
      '/data',
      '/private',
      '/private/of-1000',
    )
    expect(stdout).toBe('0:0\n1000:1000\n1000:1000\n')
    const volumes = join(places.root, 'volumes')
    expect(idsOf(join(volumes, 'empty/_data'))).toEqual([root, root])
    expect(idsOf(join(volumes, 'filled/_data/of-1000'))).toEqual([root + 1000, root + 1000])
    await gocker('volume', 'rm', 'filled', 'empty')
  })

  it('copies in and out with its own ids, running or not', async () => {
    await using running = await background(
      'copied',
      '--network',
      'none',
      ...remap,
      'tiny',
      'sh',
      '-c',
      'trap exit TERM; echo up; while :; do sleep 0.1; done',
    )
    await running.says('up')
    const file = join(places.root, 'carried')
    writeFileSync(file, 'x')
    execFileSync('chown', ['1000:1001', file])
    const copy = async (to: string) => {
      expect((await gocker('cp', file, `copied:${to}`)).status).toBe(0)
      expect(idsOf(join(upperOf('copied'), to))).toEqual([root + 1000, root + 1001])
      const archive = (await gocker('cp', `copied:${to}`, '-')).stdout
      expect(execFileSync('tar', ['tvn'], { input: archive, encoding: 'utf8' })).toMatch(/ 1000\/1001 /)
    }
    await copy('/tmp/one')
    await gocker('stop', 'copied')
    await copy('/var/tmp/two')
    // what lies above the file was copied up for it, and still belongs to the container's root
    expect(idsOf(join(upperOf('copied'), 'var/tmp'))).toEqual([root, root])
  })

  it('becomes an image, and an archive, with its own ids', async () => {
    const script = 'touch /tmp/a; chown 5:6 /tmp/a; cp /my-cat /tmp/cat; chown 7 /private'
    const run = ['run', '--name', 'changed', '--network', 'none', ...remap, 'rights', 'sh', '-c', script]
    expect((await gocker(...run)).status).toBe(0)
    expect(idsOf(join(upperOf('changed'), 'tmp/a'))).toEqual([root + 5, root + 6])
    expect((await gocker('commit', 'changed', 'from-mapped')).status).toBe(0)
    const look = ['run', '--rm', '--network', 'none', 'from-mapped', 'stat', '-c', '%u:%g']
    expect((await gocker(...look, '/tmp/a', '/tmp/cat', '/private', '/tmp')).stdout).toBe(
      '5:6\n0:0\n7:1000\n0:0\n',
    )
    const archive = join(places.root, 'changed.tar')
    expect((await gocker('export', '-o', archive, 'changed')).status).toBe(0)
    const listed = execFileSync('tar', ['tvnf', archive], { encoding: 'utf8' })
    expect(listed).toMatch(/ 5\/6 .* tmp\/a\n/)
    expect(listed).toMatch(/ 7\/1000 .* private\/\n/)
    expect(listed).toMatch(/ 0\/0 .* usr\/bin\/id\n/)
    await gocker('rm', 'changed')
    await gocker('rmi', 'from-mapped')
  })

  it('gives a file with rights to an image as the image wants it: rights of whoever is root there', async () => {
    await using _ = await background('giver', '--network', 'none', ...remap, 'tiny', 'sleep', '1000')
    await gocker('exec', 'giver', 'cp', '/usr/bin/cat', '/tmp/cat')
    // struct vfs_ns_cap_data: as a root in a user namespace sets them, with whom that root is outside
    const rights = Buffer.from(new Uint32Array([0x03000001, 1 << 13, 0, 0, 0, root]).buffer)
    call(lsetxattr(join(upperOf('giver'), 'tmp/cat'), 'security.capability', rights))
    const look = ['/tmp/cat', '/proc/self/status']
    expect((await gocker('exec', '-u', '1000', 'giver', ...look)).stdout).toMatch(/^CapEff:\t0*2000$/m)
    expect((await gocker('commit', 'giver', 'given')).status).toBe(0)
    for (const flags of [[], remap]) {
      const run = ['run', '--rm', '--network', 'none', '-u', '1000', ...flags, 'given', ...look]
      expect((await gocker(...run)).stdout).toMatch(/^CapEff:\t0*2000$/m)
    }
    await gocker('rmi', 'given')
  })

  it('comes back with the same ids', async () => {
    await gocker('run', '-d', '--name', 'again', '--network', 'none', ...remap, 'tiny', 'sleep', '1000')
    await gocker('exec', 'again', 'touch', '/kept')
    await gocker('restart', '-t', '0', 'again')
    await until(() => stateOf('again') !== undefined)
    expect((await gocker('exec', 'again', 'stat', '-c', '%u', '/kept')).stdout).toBe('0\n')
    await gocker('rm', '-f', 'again')
  })

  it('shares a network together with its user namespace', async () => {
    await using _ = await background('shared', ...remap, 'tiny', 'sleep', '1000')
    const ns = (text: string) => text.trim().split('\n')
    const look = 'readlink /proc/self/ns/user /proc/self/ns/net; cat /proc/self/uid_map'
    const theirs = await gocker('exec', 'shared', 'sh', '-c', look)
    const ours = await gocker('run', '--rm', '--network', 'container:shared', 'tiny', 'sh', '-c', look)
    expect(ours.stderr).toBe('')
    expect(ns(ours.stdout)).toEqual(ns(theirs.stdout))
    await using __ = await background('of-the-host', '--network', 'none', 'tiny', 'sleep', '1000')
    const refused = await gocker(
      'run',
      '--rm',
      ...remap,
      '--network',
      'container:of-the-host',
      'tiny',
      'true',
    )
    expect([refused.status, refused.stderr]).toEqual([
      125,
      expect.stringContaining('cannot share the network'),
    ])
  })

  it('is what the environment says, unless it is told otherwise', async () => {
    const env = { GOCKER_USERNS_REMAP: 'default' }
    const run = (...flags: string[]) =>
      gockerWith({ env }, 'run', '--rm', ...flags, 'tiny', 'cat', '/proc/self/uid_map')
    expect((await run('--network', 'none')).stdout).toContain(` ${root} `)
    expect((await run('--network', 'none', '--userns=host')).stdout).toContain(' 4294967295')
    const privileged = await run('--network', 'none', '--privileged')
    expect([privileged.status, privileged.stderr]).toEqual([
      125,
      expect.stringContaining('privileged mode is incompatible with user namespaces.'),
    ])
    expect((await run('--network', 'host')).stderr).toContain("cannot share the host's network namespace")
    expect((await run('--network', 'host', '--userns=host')).status).toBe(0)
    expect((await gockerWith({ env }, 'info', '-f', '{{json .SecurityOptions}}')).stdout).toContain(
      '"name=userns"',
    )
    expect((await run('--userns=x')).stderr).toContain('--userns: invalid USER mode')
  })

  it('says which ids there are, if a user is asked for that is none of them', async () => {
    const { status, stderr } = await attempt('true', '-u', '70000')
    expect([status, stderr]).toEqual([125, expect.stringContaining('has those from 0 to 65535')])
  })

  it('can be explained', async () => {
    const { status, stdout } = await gocker('run', '--explain', ...remap, 'tiny')
    expect(status).toBe(0)
    expect(stdout).toContain('userns_fd=<user namespace>')
    expect(stdout).toContain('setns(<user namespace>, CLONE_NEWUSER)')
  })

  it('leaves the host as it was', async () => {
    const before = hostState()
    expect((await gocker('run', '--rm', ...remap, 'tiny', 'true')).status).toBe(0)
    expect((await gocker('run', '--rm', ...remap, 'tiny', '/no/such')).status).toBe(127)
    expect(await leftSince(before)).toEqual([])
  })
})
