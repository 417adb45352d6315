import { describe, expect, it } from 'vitest'
import * as C from '../syscall/constants.ts'
import { named } from '../syscall/syscall.ts'
import { notation } from '../syscall/trace.ts'
import { defaultMounts } from './default-mounts.ts'
import { bindSource, type Mount, type MountContext, mountSteps } from './mounts.ts'

const lines = (mount: Mount, context?: MountContext) =>
  mountSteps(mount, context).map(({ call }) => notation(call))
const tree = named('<tree>')
const volume = {
  destination: '/srv/alice',
  type: 'bind',
  source: '/home/alice',
  options: ['rbind', 'rprivate'],
}

describe('the mounts of a container', () => {
  it('/proc is refused where it is a link, and mounted with its options', () => {
    const [, check, mount] = mountSteps({ ...defaultMounts[0]!, destination: '/proc' })
    expect(notation(check!.call)).toMatch(/^openat\(AT_FDCWD, "\/proc", .*O_NOFOLLOW/)
    expect(notation(mount!.call)).toBe('mount("proc", "/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)')
    expect(mount!.why).not.toBe('')
  })

  it('every step belongs to chapter 2, and each thought has its reason', () => {
    const steps = defaultMounts.flatMap((mount) => mountSteps(mount))
    expect(new Set(steps.map(({ chapter }) => chapter))).toEqual(new Set([2]))
    expect(steps.filter(({ why }) => why !== '').length).toBeGreaterThanOrEqual(2 * defaultMounts.length)
  })

  it('the list is the same each time, and holds no value twice', () => {
    const calls = () => defaultMounts.flatMap((mount) => mountSteps(mount)).map(({ call }) => call)
    expect(calls().map((call) => notation(call))).toEqual(calls().map((call) => notation(call)))
    expect(new Set([...calls(), ...calls()]).size).toBe(2 * calls().length)
  })

  it('cgroup v2 is one mount', () => {
    const cgroup = defaultMounts.find(({ type }) => type === 'cgroup')!
    expect(lines(cgroup).at(-1)).toMatch(/^mount\("cgroup", "\/sys\/fs\/cgroup", "cgroup2", .*MS_RDONLY/)
  })

  it('cgroup v1 is one mount for each tree, and read-only in the end', () => {
    const cgroup = defaultMounts.find(({ type }) => type === 'cgroup')!
    const all = lines(cgroup, { controllers: ['memory', 'cpu,cpuacct', 'name=systemd'] })
    const mounts = all.filter((line) => line.startsWith('mount('))
    expect(mounts[0]).toMatch(/"tmpfs", [A-Z_|]+, "mode=755"/)
    expect(mounts[0]).not.toContain('MS_RDONLY')
    expect(mounts[1]).toContain('"/sys/fs/cgroup/memory", "cgroup"')
    expect(mounts[2]).toMatch(/"\/sys\/fs\/cgroup\/cpu,cpuacct", "cgroup", .*"cpu,cpuacct"/)
    expect(mounts[3]).toMatch(/"\/sys\/fs\/cgroup\/systemd", "cgroup", .*"none,name=systemd"/)
    expect(mounts[4]).toMatch(/MS_RDONLY.*MS_REMOUNT|MS_REMOUNT.*MS_RDONLY/)
    expect(all).toContain('symlinkat("cpu,cpuacct", AT_FDCWD, "/sys/fs/cgroup/cpu")')
  })
})

describe('a bind mount', () => {
  it('takes its source by open_tree, with all that is mounted below it', () => {
    expect(notation(bindSource(volume))).toMatch(/^open_tree\(AT_FDCWD, "\/home\/alice", .*AT_RECURSIVE/)
    expect(notation(bindSource({ ...volume, options: ['bind'] }))).not.toContain('AT_RECURSIVE')
  })

  it('walks to its place step by step, and never through a link of /proc', () => {
    const all = lines(volume, { tree })
    expect(all[0]).toBe('mkdirat(AT_FDCWD, "/srv", 0755)')
    expect(all[1]).toMatch(/^openat2\(AT_FDCWD, "\/srv", \{flags=.*resolve=RESOLVE_NO_MAGICLINKS\}, 24\)$/)
    expect(all[2]).toBe('mkdirat(<openat2 /srv>, "alice", 0755)')
    expect(all.find((line) => line.startsWith('move_mount'))).toContain(
      'move_mount(<tree>, "", <openat2 alice>, ""',
    )
  })

  it('shares no mounts with the host unless it is told to', () => {
    expect(lines({ ...volume, options: ['bind'] }, { tree }).at(-1)).toBe(
      'mount("none", "/srv/alice", "", MS_REC|MS_PRIVATE, NULL)',
    )
    expect(lines({ ...volume, options: ['bind', 'rslave'] }, { tree }).at(-1)).toMatch(/MS_SLAVE/)
  })

  it('that is read-only keeps what its source forbids', () => {
    const all = lines({ ...volume, options: ['rbind', 'ro'] }, { tree, keep: C.MS_NOSUID | C.MS_NODEV })
    const remount = all.find((line) => line.includes('MS_REMOUNT'))
    for (const flag of ['MS_BIND', 'MS_RDONLY', 'MS_NOSUID', 'MS_NODEV']) expect(remount).toContain(flag)
    expect(lines(volume, { tree }).some((line) => line.includes('MS_REMOUNT'))).toBe(false)
  })

  it('of a file makes a file', () => {
    const all = lines({ ...volume, destination: '/etc/hosts', source: '/tmp/hosts' }, { tree, file: true })
    expect(all).toContain('mknodat(<openat2 /etc>, "hosts", 0100644, 0)')
    expect(all.find((line) => line.startsWith('move_mount'))).toContain('<openat2 /etc>, "hosts"')
  })

  it('cannot be planned without its source', () => {
    expect(() => mountSteps(volume)).toThrow(/needs its source/)
  })
})

describe('a destination is refused', () => {
  it.each(['srv', '/', '/srv/../etc', '', '/proc/sys', '/proc/./1/root'])('%j', (destination) => {
    expect(() => mountSteps({ destination, type: 'tmpfs' })).toThrow(/absolute path|below \/proc/)
  })
})
