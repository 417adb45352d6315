import { describe, expect, it } from 'vitest'
import { parseMounts, trackersInUse, versionOf } from './mounts.ts'

const hybrid = `27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/lib/agent,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
`

describe('the mounted control groups', () => {
  it('are read from mountinfo, each with its controllers', () => {
    expect(parseMounts(hybrid)).toEqual([
      { version: 1, point: '/sys/fs/cgroup/cpu,cpuacct', controllers: ['cpu', 'cpuacct'] },
      { version: 1, point: '/sys/fs/cgroup/memory', controllers: ['memory'] },
      { version: 1, point: '/sys/fs/cgroup/pids', controllers: ['pids'] },
      { version: 1, point: '/sys/fs/cgroup/systemd', controllers: ['name=systemd'] },
      { version: 2, point: '/sys/fs/cgroup/unified', controllers: [] },
    ])
  })

  it('may have a space in their place', () => {
    const [mount] = parseMounts('33 29 0:28 / /my\\040groups rw - cgroup2 none rw')
    expect(mount?.point).toBe('/my groups')
  })

  it('count as v1 when the controllers are on v1, though v2 is mounted too', () => {
    expect(versionOf(parseMounts(hybrid))).toBe(1)
  })

  it('count as v2 when v1 only follows the services of systemd', () => {
    const legacyNames = hybrid.split('\n').filter((line) => /systemd|unified/.test(line))
    expect(versionOf(parseMounts(legacyNames.join('\n')))).toBe(2)
  })

  it('may not be there at all', () => {
    expect(versionOf(parseMounts('27 1 254:0 / / rw - ext4 /dev/vda rw'))).toBeUndefined()
  })

  it('of systemd are joined only where systemd put us into one', () => {
    expect(trackersInUse('8:pids:/\n1:name=systemd:/\n0::/\n')).toEqual([])
    expect(trackersInUse('8:pids:/x\n1:name=systemd:/user.slice\n0::/user.slice\n')).toEqual([
      'name=systemd',
      '',
    ])
  })
})
