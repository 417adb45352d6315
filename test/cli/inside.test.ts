// What a program finds in a container: its environment, its user, its files, its devices, its rights.

import { statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hostDevices } from '../../src/container/host-devices.ts'
import { capabilityMask, defaultCapabilities } from '../../src/security/capabilities.ts'
import { gocker, gockerWith, inside, isRoot, places, useGocker } from './gocker.ts'

useGocker()

const lines = (text: string) => text.split('\n').filter(Boolean)

describe.skipIf(!isRoot)('the environment in a container (needs root)', () => {
  it('is the image’s and ours, and nothing of the host', async () => {
    const env = { SECRET: 'of the host', TERM: 'fancy' }
    const { stdout } = await gockerWith({ env }, 'run', '--rm', '-h', 'box', 'tiny', 'env')
    expect(lines(stdout)).toEqual([
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOSTNAME=box',
      'HOME=/root',
    ])
  })

  it('is made of files, then of flags; a name alone takes our value', async () => {
    const file = join(places.root, 'env')
    writeFileSync(file, '# a comment\nA=from file\nB=also from file\n\n  C=x # no comment\nD\nMISSING\n')
    const { stdout, stderr } = await gockerWith(
      { env: { D: 'ours', E: 'ours too' } },
      ...[
        'run',
        '--rm',
        '--env-file',
        file,
        '-e',
        'B=from flag',
        '-e',
        'E',
        '--env',
        'EMPTY=',
        'tiny',
        'env',
      ],
    )
    expect(stderr).toBe('')
    expect(lines(stdout).slice(2)).toEqual([
      'A=from file',
      'B=from flag',
      'C=x # no comment',
      'D=ours',
      'E=ours too',
      'EMPTY=',
      'HOME=/root',
    ])
  })

  it('can be set to what Node itself would heed, without any effect on gocker', async () => {
    const file = join(places.root, 'node-env')
    writeFileSync(file, 'NODE_OPTIONS=--no-such-option\n')
    const { stdout, stderr } = await gocker(
      'run',
      '--rm',
      '--env-file',
      file,
      'tiny',
      'printenv',
      'NODE_OPTIONS',
    )
    expect([stdout, stderr]).toEqual(['--no-such-option\n', ''])
  })

  it('has a HOME that can be chosen, and else is the user’s', async () => {
    expect(await inside('echo $HOME', '-e', 'HOME=/elsewhere')).toBe('/elsewhere')
    expect(await inside('echo $HOME', '-u', '4711')).toBe('/')
  })
})

describe.skipIf(!isRoot)('the user in a container (needs root)', () => {
  it.each([
    [[], '0 0'],
    [['-u', '4711'], '4711 0'],
    [['-u', '4711:4712'], '4711 4712'],
    [['-u', 'root:daemon'], '0 1'],
    [['-u', 'nobody'], '65534 65534'],
    [['--user', '65534'], '65534 65534'],
  ])('by name or number: %j', async (flags, expected) => {
    expect(await inside('echo $(id -u) $(id -g)', ...flags)).toBe(expected)
  })

  it('owns its standard output and may open it again', async () => {
    expect(await inside('echo works > /dev/stdout', '-u', '4711')).toBe('works')
  })

  it('has no rights if it is not root, and Docker’s fourteen if it is', async () => {
    const caps = async (...flags: string[]) => {
      const status = await inside("grep -E 'Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/self/status", ...flags)
      return Object.fromEntries(lines(status).map((line) => line.split(/:\s+/)))
    }
    const hex = (mask: bigint) => mask.toString(16).padStart(16, '0')
    const usual = hex(capabilityMask(defaultCapabilities))
    const none = hex(0n)
    const root = { CapInh: none, CapPrm: usual, CapEff: usual, CapBnd: usual, CapAmb: none }
    expect(await caps()).toEqual(root)
    expect(await caps('-u', '4711')).toEqual({ ...root, CapPrm: none, CapEff: none })
    const dropped = { CapInh: none, CapPrm: none, CapEff: none, CapBnd: none, CapAmb: none }
    expect(await caps('--cap-drop', 'ALL')).toEqual(dropped)
    const one = hex(capabilityMask(['CAP_NET_ADMIN']))
    expect(await caps('--cap-drop', 'all', '--cap-add', 'net_admin')).toEqual({
      ...dropped,
      CapPrm: one,
      CapEff: one,
      CapBnd: one,
    })
  })

  it('cannot do what it has no right to', async () => {
    expect(await inside('chown 1 /etc/passwd && echo done', '-u', '0')).toBe('done')
    expect(await inside('chown 1 /etc/passwd 2>/dev/null || echo refused', '--cap-drop', 'ALL')).toBe(
      'refused',
    )
    expect(await inside('mount -t tmpfs none /mnt 2>/dev/null || echo refused')).toBe('refused')
    expect(await inside('hostname other 2>/dev/null || echo refused')).toBe('refused')
    expect(await inside('hostname other && hostname', '--cap-add', 'SYS_ADMIN')).toBe('other')
  })
})

describe.skipIf(!isRoot)('the names in a container (needs root)', () => {
  it('are its own: hostname, and the file that says it', async () => {
    expect(
      await inside('hostname; cat /etc/hostname; grep box /etc/hosts | wc -l', '--hostname', 'box'),
    ).toBe('box\nbox\n1')
    expect(hostname()).not.toBe('box')
    expect(await inside('hostname')).toMatch(/^[0-9a-f]{12}$/)
  })

  it('has the name servers that were asked for', async () => {
    expect(
      await inside('grep ^nameserver /etc/resolv.conf', '--dns', '192.0.2.1', '--dns', '192.0.2.2'),
    ).toBe('nameserver 192.0.2.1\nnameserver 192.0.2.2')
  })

  it('process 1 is the program, and it sees no process of the host', async () => {
    expect(await inside('echo $$ /proc/[0-9]*')).toBe('1 /proc/1')
  })
})

describe.skipIf(!isRoot)('the command of a container (needs root)', () => {
  it('starts in the working directory, which is made if need be', async () => {
    expect(await inside('pwd')).toBe('/')
    expect(await inside('pwd', '-w', '/a/new/place')).toBe('/a/new/place')
  })

  it('goes to the entrypoint as its arguments', async () => {
    const { stdout } = await gocker(
      'run',
      '--rm',
      '--network',
      'none',
      '--entrypoint',
      'echo',
      'tiny',
      '-n',
      'a b',
      'c',
    )
    expect(stdout).toBe('a b c')
    expect(
      (await gocker('run', '--rm', '--network', 'none', '--entrypoint', '/bin/hostname', '-h', 'x', 'tiny'))
        .stdout,
    ).toBe('x\n')
  })

  it('gets flags of its own untouched', async () => {
    const { stdout } = await gocker(
      'run',
      '--rm',
      '--network=none',
      'tiny',
      'echo',
      '--rm',
      '-it',
      '--name',
      'x',
      '--',
    )
    expect(stdout).toBe('--rm -it --name x --\n')
  })
})

describe.skipIf(!isRoot)('the files in a container (needs root)', () => {
  it('can be written to, and the image stays as it was', async () => {
    expect(await inside('echo changed > /etc/os-release; rm /etc/group; cat /etc/os-release')).toBe('changed')
    expect(await inside('grep -c changed /etc/os-release; ls /etc/group')).toBe('0\n/etc/group')
  })

  it('cannot be written to with --read-only, but a tmpfs can', async () => {
    const script =
      'touch /x 2>/dev/null || echo refused; touch /scratch/x && echo works; stat -f -c %T /scratch'
    expect(await inside(script, '--read-only', '--tmpfs', '/scratch:size=1m,mode=700')).toBe(
      'refused\nworks\ntmpfs',
    )
    expect(await inside('touch /dev/shm/x && echo works', '--read-only')).toBe('works')
  })

  it('a tmpfs has the size and mode that were asked for', async () => {
    const script =
      'stat -c %a /scratch; head -c 2000000 /dev/zero > /scratch/x 2>/dev/null || echo full; stat -c %s /scratch/x'
    expect(await inside(script, '--tmpfs', '/scratch:size=1m,mode=700')).toBe('700\nfull\n1048576')
  })

  it('modes are not changed by our umask', async () => {
    const before = process.umask(0o077)
    try {
      expect(await inside('stat -c %a / /dev /dev/null /dev/shm; umask')).toBe('755\n755\n666\n1777\n0022')
    } finally {
      process.umask(before)
    }
  })

  it('are open to the program only as 0, 1 and 2', async () => {
    expect(await inside('ls /proc/self/fd | sort -n | tr "\\n" " "')).toBe('0 1 2 3')
  })
})

describe.skipIf(!isRoot)('the devices in a container (needs root)', () => {
  it('are there and do what they are for', async () => {
    const script = [
      'echo gone > /dev/null; cat /dev/null',
      'head -c 4 /dev/zero | od -An -tx1',
      'head -c 4 /dev/urandom | wc -c',
      'head -c 4 /dev/random | wc -c',
      'echo x > /dev/full',
      '(echo y > /dev/tty) 2>/dev/null || echo no terminal',
      'echo error > /dev/stderr; echo out > /dev/stdout; echo three | cat /dev/stdin; cat /dev/fd/0 < /etc/hostname',
    ].join('\n')
    const { stdout, stderr } = await gocker(
      'run',
      '--rm',
      '--network',
      'none',
      '-h',
      'box',
      'tiny',
      'sh',
      '-c',
      script,
    )
    expect(lines(stdout)).toEqual([' 00 00 00 00', '4', '4', 'no terminal', 'out', 'three', 'box'])
    expect(stderr).toMatch(/No space left on device|I\/O error/)
    expect(stderr).toMatch(/^error$/m)
  })

  it('are these and no others', async () => {
    expect((await inside('ls /dev')).split(/\s+/)).toEqual(
      'core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero'.split(' '),
    )
  })

  it('are those of the host as well with --privileged', async () => {
    const ours = hostDevices().map(({ path, type, major, minor }) => `${path} ${type} ${major} ${minor}`)
    expect(ours).not.toEqual([])
    const script = `for path in ${hostDevices()
      .map(({ path }) => path)
      .join(' ')}; do
      stat -c '%n %F %Hr %Lr' $path; done`
    const theirs = lines(await inside(script, '--privileged'))
    expect(
      theirs.map((line) => line.replace('character special file', 'c').replace('block special file', 'b')),
    ).toEqual(ours)
  })

  it('a disk can be made with mknod, and not be read', async () => {
    // 8:0 is the first disk; the device need not be there: the cgroup refuses before the driver is asked
    const script = 'mknod /disk b 8 0 && echo made; head -c 1 /disk 2>&1'
    const { stdout } = await gocker('run', '--rm', '--network', 'none', 'tiny', 'sh', '-c', script)
    expect(stdout).toMatch(/^made\n.*Operation not permitted/)
  })

  it('is all of them with --privileged', async () => {
    const read =
      'mknod /random c 1 8; mknod /kmsg c 1 11; timeout 2 dd if=/kmsg of=/dev/null bs=8192 count=1 2>/dev/null && echo read'
    expect(await inside(`${read} || echo refused`)).toBe('refused')
    expect(await inside(`${read} || echo refused`, '--privileged')).toBe('read')
  })
})

describe.skipIf(!isRoot)('what tells too much about the host (needs root)', () => {
  it('is empty in the container', async () => {
    expect(
      await inside('wc -c < /proc/kcore 2>/dev/null; cat /proc/keys /proc/timer_list 2>/dev/null | wc -c'),
    ).toMatch(/^0\n0$|^0$/)
    expect(await inside('ls -A /sys/firmware /proc/scsi 2>/dev/null | grep -v :; true')).toBe('')
  })

  it('cannot be changed from the container', async () => {
    const panic = statSync('/proc/sys/kernel/panic').mode
    const script =
      'for f in /proc/sys/kernel/panic /proc/sysrq-trigger /proc/irq/default_smp_affinity /sys/kernel/profiling; do ' +
      '[ -e $f ] || continue; (echo 0 > $f) 2>/dev/null && echo "wrote $f"; done; echo end'
    expect(await inside(script)).toBe('end')
    expect(statSync('/proc/sys/kernel/panic').mode).toBe(panic)
  })

  it('is hidden behind the container’s own cgroup, which is read-only', async () => {
    expect(
      await inside(
        'cut -d: -f3 /proc/self/cgroup | sort -u; mkdir /sys/fs/cgroup/*/x 2>/dev/null || echo refused',
      ),
    ).toBe('/\nrefused')
  })
})

describe.skipIf(!isRoot)('the network of a container (needs root)', () => {
  const linkNames = "ls /sys/class/net | tr '\\n' ' '"

  it('is its own, with a way out, by default', async () => {
    const { stdout } = await gocker(
      'run',
      '--rm',
      'tiny',
      'sh',
      '-c',
      `${linkNames}; ip -4 addr show eth0 | grep inet; ip route`,
    )
    expect(stdout).toMatch(/^eth0 lo .*inet 172\.29\.\d+\.\d+\/16.*default via 172\.29\.0\.1 dev eth0/s)
  })

  it('is only a loopback with none, and the host’s with host', async () => {
    expect(await inside(linkNames)).toBe('lo')
    const { stdout } = await gocker(
      'run',
      '--rm',
      '--network',
      'host',
      'tiny',
      'sh',
      '-c',
      'readlink /proc/self/ns/net',
    )
    const { readlinkSync } = await import('node:fs')
    expect(stdout.trim()).toBe(readlinkSync('/proc/self/ns/net'))
  })

  it('lets an ordinary user ping and serve on port 80', async () => {
    expect(await inside('cd /proc/sys/net/ipv4; cat ping_group_range ip_unprivileged_port_start')).toBe(
      '0\t2147483647\n0',
    )
    const serve = 'busybox httpd -p 80 && echo serves'
    expect(await inside(`command -v busybox > /dev/null || exec echo serves; ${serve}`, '-u', '4711')).toBe(
      'serves',
    )
  })
})
