import { describe, expect, it } from 'vitest'
import { of } from './hierarchy.ts'
import { keptBytes } from './limit.ts'
import { type LinuxResources, weightOf } from './resources.ts'
import { v1 } from './v1.ts'
import { v2 } from './v2.ts'

const trees = ['pids', 'freezer', 'memory', 'cpu', 'cpuacct', 'devices']
const mountsV1 = trees.map((name) => ({ version: 1 as const, point: `/cg/${name}`, controllers: [name] }))
const hierarchies = {
  v1: of(v1(mountsV1, [])),
  v2: of(v2({ version: 2, point: '/cg', controllers: [] })),
}

/** What is written into which file, as `pids.max=20`. */
function written(version: 'v1' | 'v2', resources: LinuxResources): string[] {
  let file = ''
  return hierarchies[version].setupSteps('g/x', resources).flatMap(({ call }) => {
    if (call.name === 'openat') file = String(call.args[1])
    return call.name === 'write' && !file.endsWith('subtree_control')
      ? [`${file.replace(/.*\//, '')}=${call.args[1]}`]
      : []
  })
}

const MiB = 2 ** 20

describe('the limits of a container', () => {
  it('are written as each version wants them', () => {
    const resources = {
      memory: { limit: 64 * MiB, swap: 96 * MiB },
      cpu: { quota: 150_000, period: 100_000, shares: 1024 },
      pids: { limit: 20 },
    }
    expect(written('v1', resources)).toEqual([
      'memory.limit_in_bytes=67108864',
      'memory.memsw.limit_in_bytes=100663296',
      'cpu.cfs_period_us=100000',
      'cpu.cfs_quota_us=150000',
      'cpu.shares=1024',
      'pids.max=20',
    ])
    expect(written('v2', resources)).toEqual([
      'memory.max=67108864',
      'memory.swap.max=33554432',
      'cpu.max=150000 100000',
      'cpu.weight=100',
      'pids.max=20',
    ])
  })

  it('may be none, in so many words', () => {
    const none = { memory: { limit: -1, swap: -1 }, cpu: { quota: -1 }, pids: { limit: 0 } }
    expect(written('v2', none)).toEqual([
      'memory.max=max',
      'memory.swap.max=max',
      'cpu.max=max 100000',
      'pids.max=max',
    ])
    expect(written('v1', none)).toContain('pids.max=max')
  })

  it.each(['v1', 'v2'] as const)('of memory and swap together are not below memory alone (%s)', (version) => {
    expect(() => written(version, { memory: { limit: 64 * MiB, swap: MiB } })).toThrow(
      'Memory and swap together (1 MiB) cannot be less than memory alone (64 MiB)',
    )
    expect(() => written(version, { memory: { swap: MiB } })).toThrow('needs a limit on memory as well')
  })

  it('need their controller to be mounted', () => {
    const without = of(
      v1(
        mountsV1.filter((m) => m.controllers[0] !== 'memory'),
        [],
      ),
    )
    expect(() => without.setupSteps('g/x', { memory: { limit: MiB } })).toThrow('no controller "memory"')
    expect(without.setupSteps('g/x', { pids: { limit: 2 } })).not.toEqual([])
  })

  it('are handed down level by level on v2', () => {
    const names = hierarchies.v2.setupSteps('a/b', {}).map(({ call }) => String(call.args[1]))
    const files = names.filter((name) => name.startsWith('/cg'))
    expect(files).toEqual(['/cg/cgroup.subtree_control', '/cg/a', '/cg/a/cgroup.subtree_control', '/cg/a/b'])
  })

  it('of memory are kept when the kernel rounds them to pages', () => {
    expect(keptBytes(10_000_000, '9998336')).toBe(true)
    expect(keptBytes(10_000_000, '9223372036854771712')).toBe(false)
    expect(keptBytes(-1, '9223372036854771712')).toBe(true)
    expect(keptBytes(-1, 'max')).toBe(true)
  })

  it('in shares become a weight: least, ordinary and most stay what they are', () => {
    expect([2, 512, 1024, 2048, 262_144].map(weightOf)).toEqual([1, 59, 100, 174, 10_000])
  })
})
