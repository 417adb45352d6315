import { describe, expect, it } from 'vitest'
import { defaultCapabilities } from '../security/capabilities.ts'
import type { Profile } from '../security/seccomp-profile.ts'
import { specOf } from './make-spec.fixture.ts'

describe('what runs', () => {
  const image = { Entrypoint: ['/entry', '-x'], Cmd: ['serve', '--all'] }

  it.each([
    ['entrypoint and command of the image', {}, image, [], ['/entry', '-x', 'serve', '--all']],
    [
      'a command of ours takes the place of the image’s',
      {},
      image,
      ['sh', '-c', 'x'],
      ['/entry', '-x', 'sh', '-c', 'x'],
    ],
    ['an entrypoint of ours drops both', { entrypoint: '/bin/ls' }, image, [], ['/bin/ls']],
    ['and gets our command', { entrypoint: '/bin/ls' }, image, ['-l'], ['/bin/ls', '-l']],
    ['an empty one leaves our command alone', { entrypoint: '' }, image, ['ls'], ['ls']],
    ['no entrypoint', {}, { Cmd: ['/bin/sh'] }, [], ['/bin/sh']],
    ['no command', {}, { Entrypoint: ['/entry'] }, [], ['/entry']],
  ])('%s', (_, options, config, command, args) => {
    expect(specOf(options, config, command).process.args).toEqual(args)
  })

  it.each([
    [{}, {}],
    [{ entrypoint: '' }, { Entrypoint: ['/entry'], Cmd: ['x'] }],
  ])('nothing at all is an error', (options, config) => {
    expect(() => specOf(options, config, [])).toThrow('no command specified')
  })
})

describe('the environment', () => {
  const env = (options = {}, image = {}) => specOf(options, image).process.env

  it('has PATH, HOSTNAME and HOME', () => {
    expect(env()).toEqual([
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOSTNAME=0123456789ab',
      'HOME=/root',
    ])
  })

  it('has TERM with a terminal', () => expect(env({ tty: true })).toContain('TERM=xterm'))

  it('is the image’s, and then ours; a name alone takes a variable away', () => {
    const image = { Env: ['PATH=/opt/bin', 'A=image', 'B=image', 'C=image'] }
    expect(env({ env: ['B=ours', 'C', 'D=x=y', 'E='] }, image)).toEqual([
      'PATH=/opt/bin',
      'HOSTNAME=0123456789ab',
      'A=image',
      'B=ours',
      'D=x=y',
      'E=',
      'HOME=/root',
    ])
  })

  it.each([
    [{ user: 'alice' }, {}, 'HOME=/home/alice'],
    [{ user: '4711' }, {}, 'HOME=/'],
    [{}, { Env: ['HOME=/image'] }, 'HOME=/image'],
    [{ env: ['HOME=/ours'] }, { Env: ['HOME=/image'] }, 'HOME=/ours'],
  ])('HOME with %j and %j', (options, image, expected) => expect(env(options, image)).toContain(expected))

  it('knows the name that was given', () => {
    expect(env({ hostname: 'box' })).toContain('HOSTNAME=box')
    expect(specOf({ hostname: 'box' }).hostname).toBe('box')
  })
})

describe('the user', () => {
  it.each([
    [undefined, undefined, { uid: 0, gid: 0, additionalGids: [0] }],
    [undefined, 'alice', { uid: 1000, gid: 100, additionalGids: [100, 10] }],
    ['0', 'alice', { uid: 0, gid: 0, additionalGids: [0] }],
    ['alice', undefined, { uid: 1000, gid: 100, additionalGids: [100, 10] }],
    ['1000:wheel', undefined, { uid: 1000, gid: 10, additionalGids: [10] }],
    ['', 'alice', { uid: 0, gid: 0, additionalGids: [0] }],
  ])('-u %s, image %s', (user, User, expected) => {
    expect(specOf({ user }, { User }).process.user).toEqual(expected)
  })

  it('must be there if it is a name', () => {
    expect(() => specOf({ user: 'mallory' })).toThrow('unable to find user mallory')
  })

  it('has Docker’s rights as root, and none otherwise', () => {
    const root = specOf().process.capabilities
    expect(root.effective?.toSorted()).toEqual(defaultCapabilities.toSorted())
    const alice = specOf({ user: 'alice' }).process.capabilities
    expect([alice.effective, alice.permitted]).toEqual([[], []])
    expect(alice.bounding?.toSorted()).toEqual(defaultCapabilities.toSorted())
  })
})

describe('the host name', () => {
  it.each(['bad host', 'a\n1.2.3.4 evil', 'x'.repeat(65), 'ä'.repeat(33)])('%j is refused', (hostname) => {
    expect(() => specOf({ hostname })).toThrow(`invalid hostname: ${hostname}`)
  })

  it.each(['box', 'my_box-1.example.org', 'x'.repeat(64)])('%s is taken', (hostname) => {
    expect(specOf({ hostname }).hostname).toBe(hostname)
  })
})

describe('the working directory', () => {
  it.each([
    [undefined, undefined, '/'],
    [undefined, '', '/'],
    [undefined, '/srv', '/srv'],
    ['/tmp', '/srv', '/tmp'],
  ])('-w %s, image %s', (workdir, WorkingDir, cwd) => {
    expect(specOf({ workdir }, { WorkingDir }).process.cwd).toBe(cwd)
  })
})

describe('limits', () => {
  const resources = (options: Parameters<typeof specOf>[0]) => {
    const { devices, ...others } = specOf(options).linux.resources
    expect(devices?.length).toBeGreaterThan(0)
    return others
  }
  const m = 2 ** 20

  it.each([
    [{}, {}],
    [{ memory: 64 * m }, { memory: { limit: 64 * m, swap: 128 * m } }],
    [{ memory: 64 * m, memorySwap: 64 * m }, { memory: { limit: 64 * m, swap: 64 * m } }],
    [{ memory: 64 * m, memorySwap: -1 }, { memory: { limit: 64 * m, swap: -1 } }],
    [{ cpus: 1.5 }, { cpu: { quota: 150_000, period: 100_000 } }],
    [{ cpus: 0.01 }, { cpu: { quota: 1000, period: 100_000 } }],
    [{ pidsLimit: 100 }, { pids: { limit: 100 } }],
    [{ pidsLimit: -1 }, { pids: { limit: -1 } }],
  ])('%j', (options, expected) => expect(resources(options)).toEqual(expected))

  it.each([
    [{ memory: 1 * m }, 'Minimum memory limit allowed is 6MB'],
    [{ memory: 64 * m, memorySwap: 32 * m }, 'Minimum memoryswap limit should be larger than memory limit'],
  ])('%j is refused', (options, message) => expect(() => specOf(options)).toThrow(message))
})

describe('mounts', () => {
  const destinations = (options = {}) => specOf(options).mounts.map(({ destination }) => destination)

  it('are runc’s, then our three files', () => {
    expect(destinations()).toEqual([
      ...['/proc', '/dev', '/dev/pts', '/sys', '/sys/fs/cgroup', '/dev/mqueue', '/dev/shm'],
      ...['/etc/resolv.conf', '/etc/hostname', '/etc/hosts'],
    ])
  })

  it('a tmpfs has Docker’s options before the ones that were asked for', () => {
    expect(specOf({ tmpfs: ['/a', '/b:size=1m,exec'] }).mounts.slice(-2)).toEqual([
      { destination: '/a', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'noexec'] },
      {
        destination: '/b',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['nosuid', 'nodev', 'noexec', 'size=1m', 'exec'],
      },
    ])
    expect(() => specOf({ tmpfs: ['a'] })).toThrow("invalid mount path: 'a' mount path must be absolute")
  })

  it('/sys is read-only, but not with --privileged', () => {
    const options = (privileged: boolean) =>
      specOf({ privileged }).mounts.find(({ destination }) => destination === '/sys')?.options
    expect(options(false)).toContain('ro')
    expect(options(true)).not.toContain('ro')
  })
})

describe('what is hidden', () => {
  it('is Docker’s list, and nothing with --privileged', () => {
    expect(specOf().linux.maskedPaths).toContain('/proc/kcore')
    expect(specOf().linux.readonlyPaths).toContain('/proc/sys')
    const { maskedPaths, readonlyPaths, resources } = specOf({ privileged: true }).linux
    expect([maskedPaths, readonlyPaths]).toEqual([[], []])
    expect(resources.devices).toEqual([{ allow: true, access: 'rwm' }])
  })
})

describe('system calls', () => {
  const allowed = (...wanted: Parameters<typeof specOf>) =>
    specOf(...wanted).linux.seccomp?.syscalls?.flatMap(({ names }) => names)
  const profile: Profile = {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['uname'], action: 'SCMP_ACT_KILL', includes: { caps: ['CAP_KILL'] } }],
  }

  it('have the built-in profile, with what belongs to the capabilities', () => {
    expect(allowed()).toContain('chroot')
    expect(allowed()).not.toContain('mount')
    expect(allowed({ capAdd: ['sys_admin'] })).toContain('mount')
    expect(allowed({ capDrop: ['all'] })).not.toContain('chroot')
    expect(allowed({ seccomp: 'builtin', privileged: true })).toContain('mount')
  })

  it('have none with --privileged or if nobody wants one', () => {
    expect(specOf({ privileged: true }).linux).not.toHaveProperty('seccomp')
    expect(specOf({ seccomp: 'unconfined' }).linux).not.toHaveProperty('seccomp')
  })

  it('have the profile that was asked for, in the words of the runtime specification', () => {
    const plain = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['uname'], action: 'SCMP_ACT_KILL' }],
    }
    expect(specOf({ seccomp: profile }).linux.seccomp).toEqual(plain)
    expect(specOf({ seccomp: profile, privileged: true }).linux.seccomp).toEqual(plain)
    expect(specOf({ seccomp: profile, capDrop: ['kill'] }).linux.seccomp).toEqual({ ...plain, syscalls: [] })
  })
})

describe('namespaces', () => {
  const types = (network: 'bridge' | 'none' | 'host') =>
    specOf({ network }).linux.namespaces.map(({ type }) => type)

  it('are six, without the network with --network host', () => {
    expect(types('bridge')).toEqual(['mount', 'uts', 'ipc', 'pid', 'cgroup', 'network'])
    expect(types('none')).toEqual(types('bridge'))
    expect(types('host')).not.toContain('network')
  })

  it('sysctls of the network are left alone where it is the host’s', () => {
    expect(Object.keys(specOf().linux.sysctl)).toContain('net.ipv4.ip_unprivileged_port_start')
    expect(specOf({ network: 'host' }).linux.sysctl).toEqual({})
  })
})
