// What the doctor says of machines that are not at hand: each is made of the few files that the checks look at.

import { describe, expect, it } from 'vitest'
import { checks } from './doctor.ts'
import { cgroupVersion, controllers, swap } from './doctor-cgroups.ts'
import { allRuns, bad, examine, good, type Host, unseen, weak } from './doctor-check.ts'
import { kernel, node, surroundings } from './doctor-machine.ts'
import { forbidden, namespaceKinds } from './doctor-namespaces.ts'
import { forwarding } from './doctor-network.ts'
import { capabilities, seccomp } from './doctor-security.ts'
import { clock, nameservers, overlay } from './doctor-storage.ts'

const v2 = '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate'
const v1 = (controller: string) =>
  `31 23 0:27 / /sys/fs/cgroup/${controller} rw - cgroup cgroup rw,${controller}`

/** A machine with these files. A directory is there if something lies in it. */
function host(files: Readonly<Record<string, string>>, more: Partial<Host> = {}): Host {
  const exists = (path: string) =>
    Object.keys(files).some((one) => one === path || one.startsWith(`${path}/`))
  return {
    platform: 'linux',
    arch: 'x64',
    release: '6.12.0',
    nodeVersion: '24.1.0',
    uid: 0,
    env: {},
    terminal: true,
    now: Date.UTC(2026, 10, 21),
    read: (path) => files[path],
    exists,
    list: (path) => [
      ...new Set(
        Object.keys(files)
          .filter((one) => one.startsWith(`${path}/`))
          .map((one) => one.slice(path.length + 1).split('/')[0]!),
      ),
    ],
    ...more,
  }
}

describe('a Mac', () => {
  const results = checks.map((check) => examine(check, host({}, { platform: 'darwin', uid: 501 })))

  it('runs no containers, and says where a Linux is to be had', () => {
    expect(allRuns(results)).toBe(false)
    expect(results[0]).toMatchObject({ verdict: 'bad', remedy: expect.stringContaining('scripts/vm') })
  })

  it('is asked nothing that only Linux can answer', () => {
    const looked = results.filter(({ verdict }) => verdict !== 'unseen').map(({ name }) => name)
    expect(looked).toEqual(['operating system', 'processor', 'Node', 'root', 'clock', 'terminal'])
  })
})

describe('the machine', () => {
  it.each([
    ['5.10.0-30-amd64', 'good'],
    ['6.1.0', 'good'],
    ['5.4.0-42-generic', 'bad'],
    ['4.19.128-microsoft-standard', 'bad'],
  ])('with kernel %s is %s', (release, verdict) => expect(kernel(release).verdict).toBe(verdict))

  it('wants a Node that strips types', () => {
    expect([node('24.0.0'), node('20.19.1')].map(({ verdict }) => verdict)).toEqual(['good', 'bad'])
  })

  it.each([
    ['Docker', host({ '/.dockerenv': '' }), 'weak', /dockerenv/],
    ['Podman', host({ '/run/.containerenv': '' }), 'weak', /containerenv/],
    ['LXC', host({ '/proc/1/environ': 'PATH=/bin\0container=lxc\0' }), 'weak', /lxc/],
    [
      'a masked /proc',
      host({ '/proc/self/mountinfo': '9 8 0:5 /null /proc/kcore rw - tmpfs t rw' }),
      'weak',
      /kcore/,
    ],
    ['WSL', host({}, { release: '6.6.87.2-microsoft-standard-WSL2' }), 'good', /WSL 2/],
    ['nothing', host({}), 'good', /not inside/],
  ])('sees that it is inside %s', (_, machine, verdict, found) => {
    expect(surroundings(machine)).toMatchObject({ verdict, found: expect.stringMatching(found) })
  })
})

describe('namespaces', () => {
  const ns = (...names: string[]) =>
    host(Object.fromEntries(names.map((name) => [`/proc/self/ns/${name}`, ''])))
  const old = ['mnt', 'uts', 'ipc', 'pid', 'net', 'cgroup', 'user']

  it('may lack the youngest kind, but none that every container gets', () => {
    expect(namespaceKinds(ns(...old, 'time')).verdict).toBe('good')
    expect(namespaceKinds(ns(...old))).toMatchObject({
      verdict: 'weak',
      found: expect.stringContaining('time'),
    })
    expect(namespaceKinds(ns('mnt', 'uts', 'ipc', 'pid', 'user'))).toMatchObject({
      verdict: 'bad',
      found: 'this kernel was built without: network, cgroup, time',
    })
  })

  it.each([
    ['/proc/sys/user/max_user_namespaces', '0'],
    ['/proc/sys/kernel/unprivileged_userns_clone', '0'],
    ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1'],
  ])('of users are forbidden by %s = %s', (path, value) => {
    const name = path.slice('/proc/sys/'.length).replaceAll('/', '.')
    expect(forbidden(host({ [path]: value }))).toMatchObject({
      verdict: 'weak',
      remedy: expect.stringContaining(name),
    })
    expect(forbidden(host({ [path]: value === '0' ? '1' : '0' }))).toBeUndefined()
  })
})

describe('control groups', () => {
  const mountinfo = (...lines: string[]) => ({ '/proc/self/mountinfo': lines.join('\n') })

  it('are told apart by what is mounted', () => {
    expect(cgroupVersion(host(mountinfo(v2))).found).toBe('v2')
    expect(cgroupVersion(host(mountinfo(v1('memory')))).found).toBe('v1')
    expect(cgroupVersion(host(mountinfo(v1('pids'), v2))).found).toMatch(/hybrid/)
    expect(cgroupVersion(host(mountinfo())).verdict).toBe('bad')
  })

  it('need memory, cpu and pids', () => {
    const tree = (names: string) => host({ ...mountinfo(v2), '/sys/fs/cgroup/cgroup.controllers': names })
    expect(controllers(tree('cpuset cpu io memory pids')).verdict).toBe('good')
    expect(controllers(tree('cpu pids'))).toMatchObject({ verdict: 'bad', found: 'missing: memory' })
    expect(controllers(host(mountinfo(v1('memory'), v1('cpu')))).found).toBe('missing: pids')
  })

  it('count swap, or not', () => {
    const memsw = '/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes'
    expect(swap(host({ ...mountinfo(v1('memory')), [memsw]: '1' })).verdict).toBe('good')
    expect(swap(host(mountinfo(v1('memory')))).verdict).toBe('weak')
    const group = { ...mountinfo(v2), '/sys/fs/cgroup/a.slice/memory.max': 'max' }
    expect(swap(host(group)).verdict).toBe('weak')
    expect(swap(host({ ...group, '/sys/fs/cgroup/a.slice/memory.swap.max': 'max' })).verdict).toBe('good')
    expect(swap(host(mountinfo(v2))).verdict).toBe('unseen')
  })
})

describe('layers, images and network', () => {
  it('take an overlay that is still a module', () => {
    expect(overlay(host({ '/proc/filesystems': 'nodev\ttmpfs\nnodev\toverlay' })).verdict).toBe('good')
    const dep = { '/lib/modules/6.12.0/modules.dep': 'kernel/fs/overlayfs/overlay.ko.xz:' }
    expect(overlay(host(dep)).found).toMatch(/module/)
    expect(overlay(host({ '/proc/filesystems': 'nodev\tmy_overlay_x' })).verdict).toBe('weak')
  })

  it('doubt a clock at the beginning of time', () => {
    expect([clock(0), clock(Date.UTC(2027))].map(({ verdict }) => verdict)).toEqual(['weak', 'good'])
  })

  it('want a server for names', () => {
    expect(nameservers('# nameserver 1.1.1.1\nsearch x\nnameserver 9.9.9.9').found).toBe('9.9.9.9')
    expect(nameservers('').verdict).toBe('weak')
    expect(nameservers(undefined).verdict).toBe('weak')
  })

  it('know that forwarding will be switched on', () => {
    expect(forwarding(host({ '/proc/sys/net/ipv4/ip_forward': '1' })).found).toBe('on')
    expect(forwarding(host({ '/proc/sys/net/ipv4/ip_forward': '0' })).found).toMatch(/^off; the first/)
    expect(forwarding(host({})).verdict).toBe('bad')
  })
})

describe('rights', () => {
  const status = (bounding: string, mode = 0) => {
    const zero = '0'.repeat(16)
    const caps = ['Inh', 'Prm', 'Eff', 'Amb'].map((set) => `Cap${set}:\t${zero}`)
    return {
      '/proc/self/status': [...caps, `CapBnd:\t${bounding}`, `Seccomp:\t${mode}`].join('\n'),
      '/proc/sys/kernel/cap_last_cap': '40',
    }
  }

  it('are named where they are missing', () => {
    expect(capabilities(host(status('000001ffffffffff'))).found).toBe('all 41')
    expect(capabilities(host(status('000001fffeffffff')))).toMatchObject({
      verdict: 'weak',
      found: 'missing: CAP_SYS_RESOURCE',
    })
    // what Docker leaves to a container
    expect(capabilities(host(status('00000000a80425fb')))).toMatchObject({
      verdict: 'bad',
      found: 'missing: CAP_NET_ADMIN, CAP_SYS_ADMIN',
    })
  })

  it('are less under a filter', () => {
    expect(seccomp(host(status('0', 0))).verdict).toBe('good')
    expect(seccomp(host(status('0', 2))).verdict).toBe('weak')
    expect(seccomp(host({})).verdict).toBe('weak')
  })
})

describe('the end', () => {
  it('is good if nothing is bad, and what throws is bad', () => {
    expect(allRuns([good(''), weak(''), unseen('')])).toBe(true)
    expect(allRuns([good(''), bad('')])).toBe(false)
    const throwing = () => {
      throw new Error('it broke\nmend it\nso')
    }
    expect(examine({ chapter: 4, name: 'x', check: throwing }, host({}))).toEqual({
      chapter: 4,
      name: 'x',
      verdict: 'bad',
      found: 'it broke',
      remedy: 'mend it so',
    })
  })
})
