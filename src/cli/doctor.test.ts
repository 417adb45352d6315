// What the doctor says of machines that are not at hand: each is made of the few files that the checks look at.

import { describe, expect, it } from 'vitest'
import { checks } from './doctor.ts'
import { cgroupVersion, controllers, swap } from './doctor-cgroups.ts'
import { chapterVerdicts, lastWord, ranges } from './doctor-chapters.ts'
import {
  allRuns,
  bad,
  type Examined,
  examine,
  fromTheSecond,
  good,
  type Host,
  unseen,
  weak,
} from './doctor-check.ts'
import { kernel, masked, node, root, surroundings } from './doctor-machine.ts'
import { forbidden, namespaceKinds } from './doctor-namespaces.ts'
import { forwarding } from './doctor-network.ts'
import { capabilities, policies, seccomp } from './doctor-security.ts'
import { clock, nameservers, overlay } from './doctor-storage.ts'
import { programsInMemory } from './doctor-supervisor.ts'

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

  it('tells root from root of a user namespace, and both from others', () => {
    const map = (text: string) => host({ '/proc/self/uid_map': text })
    expect(root(map('         0          0 4294967295')).found).toBe('yes')
    expect(root(map('         0       1000          1\n         1     100000      65536'))).toMatchObject({
      verdict: 'weak',
      found: 'in a user namespace only; outside we are user 1000',
    })
    expect(root(host({}, { uid: 1000 })).verdict).toBe('bad')
  })

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
    ['WSL 2', host({}, { release: '6.6.87.2-microsoft-standard-WSL2' }), 'good', /WSL 2/],
    ['WSL 1', host({}, { release: '4.4.0-19041-Microsoft' }), 'bad', /WSL 1/],
    ['nothing', host({}), 'good', /not inside/],
  ])('sees that it is inside %s', (_, machine, verdict, found) => {
    expect(surroundings(machine)).toMatchObject({ verdict, found: expect.stringMatching(found) })
  })
})

describe('/proc', () => {
  const mounted = (...points: string[]) =>
    host({ '/proc/self/mountinfo': points.map((point) => `9 8 0:5 / ${point} rw - tmpfs t rw`).join('\n') })

  it('is looked at for what a container around us has masked', () => {
    // as Docker does it
    const docker = [
      '/proc',
      '/proc/bus',
      '/proc/sys',
      '/proc/acpi',
      '/proc/kcore',
      '/proc/keys',
      '/proc/keys',
    ]
    expect(masked(mounted(...docker))).toMatchObject({
      verdict: 'weak',
      found: expect.stringContaining('/proc/bus, /proc/sys, /proc/acpi, /proc/kcore, /proc/keys'),
      remedy: expect.stringContaining('--privileged'),
    })
  })

  it('may have mounts in it that every system has', () => {
    expect(masked(mounted('/proc', '/proc/sys/fs/binfmt_misc', '/proc/fs/nfsd')).verdict).toBe('good')
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

  it('of version 1 on Windows: the remedy has the command for Windows', () => {
    const wsl = host(mountinfo(v1('memory'), v2), { release: '5.15.90.1-microsoft-standard-WSL2' })
    expect(cgroupVersion(wsl)).toMatchObject({
      verdict: 'good',
      remedy: expect.stringContaining('wsl --update'),
    })
    expect(cgroupVersion(host(mountinfo(v1('memory')))).remedy).toBeUndefined()
  })

  const tree = (names: string, more: Readonly<Record<string, string>> = {}) =>
    host({ ...mountinfo(v2), '/sys/fs/cgroup/cgroup.controllers': names, ...more })

  it('need memory, cpu and pids, and say which else there are', () => {
    const all = controllers(tree('cpuset cpu io memory pids'))
    expect(all).toMatchObject({ verdict: 'good', found: 'cpuset, cpu, io, memory, pids' })
    expect(controllers(tree('cpu pids'))).toMatchObject({
      verdict: 'bad',
      found: 'missing: memory; there are: cpu, pids',
    })
    expect(controllers(host(mountinfo(v1('memory'), v1('cpu'), v1('name=systemd'))))).toMatchObject({
      found: 'missing: pids; there are: memory, cpu',
      remedy: 'Mount them, or begin the kernel with cgroup_enable=pids',
    })
  })

  it.each([
    ['the kernel began without it, as on a Raspberry Pi', {}, /^Begin the kernel with cgroup_enable=memory$/],
    ['the group above keeps it', { '/sys/fs/cgroup/cgroup.type': 'domain' }, /does not hand them down/],
    [
      'version 1 holds it, though it is mounted nowhere',
      { '/proc/cgroups': '#subsys_name\thierarchy\ncpu\t0\t1\t1\nmemory\t7\t1\t1' },
      /cgroup_no_v1=all/,
    ],
  ])('say why one is missing: %s', (_, files, remedy) => {
    expect(controllers(tree('cpu pids', files)).remedy).toMatch(remedy)
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

  it('know that it cannot be where the settings are read-only', () => {
    const settings = (options: string) =>
      host({
        '/proc/sys/net/ipv4/ip_forward': '0',
        '/proc/self/mountinfo': `40 39 0:5 /sys /proc/sys ${options} - proc proc rw`,
      })
    expect(forwarding(settings('ro,nosuid')).found).toMatch(/^off, and cannot be switched on/)
    expect(forwarding(settings('rw,nosuid')).verdict).toBe('good')
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
      stops: [2, 4],
    })
    expect(capabilities(host(status('000001ffffffefff')))).toMatchObject({
      found: 'missing: CAP_NET_ADMIN',
      stops: [7],
    })
  })

  it('are less under a filter', () => {
    expect(seccomp(host(status('0', 0))).verdict).toBe('good')
    expect(seccomp(host(status('0', 2))).verdict).toBe('weak')
    expect(seccomp(host({})).verdict).toBe('weak')
  })
})

describe('programs in memory', () => {
  it('are missed where they are forbidden, and only there', () => {
    const withSetting = (value: string) => programsInMemory(host({ '/proc/sys/vm/memfd_noexec': value }))
    expect(programsInMemory(host({})).verdict).toBe('good')
    expect(['0', '1', '2'].map((value) => withSetting(value).verdict)).toEqual(['good', 'good', 'weak'])
  })
})

describe('the last word', () => {
  const found = (chapter: number, name: string, finding = bad('it is not there')): Examined => ({
    chapter,
    name,
    ...finding,
  })
  const sentence = (...results: Examined[]) => lastWord(chapterVerdicts(results), results)

  it('says which chapters work, and why the others will not', () => {
    expect(sentence()).toBe('All chapters work here.')
    expect(sentence(found(7, 'nf_tables', weak('no')), found(5, 'overlay', unseen('?')))).toMatch(
      /^All chapters/,
    )
    expect(sentence(found(7, 'nf_tables'))).toBe(
      'Chapters 1–6 and 8 work here; 7 and 9–11 will not: nf_tables (it is not there)',
    )
    expect(sentence(found(1, 'root', bad('no', '', fromTheSecond)))).toBe(
      'Chapter 1 works here; 2–11 will not: root (no)',
    )
    expect(sentence(found(1, 'kernel'), found(4, 'version'))).toBe('No chapter works here: kernel, version')
  })

  it('knows what stands on what', () => {
    const stopped = (name: string, chapter: number) =>
      chapterVerdicts([found(chapter, name)]).flatMap(({ chapter: number, works, because }) =>
        works ? [] : [[number, because]],
      )
    expect(stopped('version', 4)).toEqual([
      [4, ['version']],
      [9, ['version']],
      [10, ['version']],
      [11, ['version']],
    ])
    expect(stopped('overlay', 5).map(([number]) => number)).toEqual([5, 6, 9, 10, 11])
    expect(stopped('kinds', 3).map(([number]) => number)).toEqual([3, 5, 6, 7, 8, 9, 10, 11])
  })

  it('writes numbers as people do', () => {
    expect(ranges([1, 2, 3, 4, 5, 6, 9])).toBe('1–6 and 9')
    expect(ranges([1, 2, 4, 6, 7, 8])).toBe('1, 2, 4 and 6–8')
    expect(ranges([7])).toBe('7')
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

describe('the policies of the host', () => {
  const found = (files: Record<string, string | undefined>) =>
    policies({ read: (path) => files[path], exists: (path) => path in files }).found
  const profiles = '/sys/kernel/security/apparmor/profiles'

  it('are named, with what they are for containers', () => {
    expect(found({})).toBe('this host has neither AppArmor nor SELinux')
    expect(found({ [profiles]: 'docker-default (enforce)\n' })).toContain('every container has the profile')
    expect(found({ [profiles]: 'man (enforce)\n' })).toContain('docker-default is not loaded')
    const on = { '/sys/module/apparmor/parameters/enabled': 'Y' }
    expect(found({ ...on, [profiles]: undefined })).toContain('only root sees which')
    expect(found(on)).toContain('cannot be seen')
    expect(found({ '/sys/fs/selinux/enforce': '1' })).toContain('labels where they are asked for')
  })
})
