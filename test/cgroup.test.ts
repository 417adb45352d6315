// Control groups on this kernel, whichever version it has mounted. What is done is in cgroup/scenarios.ts.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, type TestContext } from 'vitest'

const program = fileURLToPath(new URL('cgroup/scenarios.ts', import.meta.url))

/** What the scenario saw; the test is skipped where this kernel has not what it is about. */
function seen(ctx: TestContext, scenario: string): Record<string, unknown> {
  if (process.platform !== 'linux') ctx.skip('control groups are made of the Linux kernel')
  if (process.geteuid?.() !== 0) ctx.skip('making control groups needs root')
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, scenario], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const result = JSON.parse(stdout) as Record<string, unknown>
  if (typeof result.skip === 'string') ctx.skip(result.skip)
  expect(result.left, 'groups that were left behind').toEqual([])
  return result
}

describe('a limit', () => {
  it('stands in the files of the kernel as it was asked for', (ctx) => {
    const limits = seen(ctx, 'limits')
    expect(limits).toMatchObject({ memory: '67108864', cpu: '150000 100000', pids: '20', warnings: [] })
    // v1 counts swap with memory and has shares, v2 counts it alone and has a weight
    expect(limits).toMatchObject(
      limits.version === 1 ? { swap: '100663296', shares: '512' } : { swap: '33554432', shares: '59' },
    )
  })

  it('can be raised and lowered while the group is there', (ctx) => {
    expect(seen(ctx, 'update')).toMatchObject({ raised: '268435456', lowered: '33554432' })
  })

  it('that the kernel refuses is an error that says why, and nothing stays', (ctx) => {
    const { error, list } = seen(ctx, 'impossible')
    expect(error).toMatch(/^CgroupError: Cannot set a cpu .*EINVAL.*\nA quota is at least 1,000 microseconds/)
    expect(list).toEqual([])
  })

  it('without its controller is an error that says why, and nothing stays', (ctx) => {
    const { error, list } = seen(ctx, 'no controller')
    expect(error).toContain('Cannot set a memory limit of 64 MiB')
    expect(error).toContain('This host offers no controller "memory"')
    expect(list).toEqual([])
  })
})

describe('a process in a group', () => {
  it('is killed when it takes more memory than it may, and the group counts it', (ctx) => {
    const { exit, oomKills, usage } = seen(ctx, 'hog')
    expect({ exit, oomKills }).toEqual({ exit: 137, oomKills: 1 })
    expect((usage as { memoryPeak?: number }).memoryPeak ?? 0).toBeLessThanOrEqual(16 * 2 ** 20)
  })

  it('that starts itself again and again gets no further than its limit', (ctx) => {
    const { most, refused, alive } = seen(ctx, 'bomb')
    expect(most).toBeLessThanOrEqual(20)
    expect(refused).toBeGreaterThan(0)
    expect(alive).toBe(0)
  })

  it('that works without a pause has to wait when its processor time is used up', (ctx) => {
    const { throttledPeriods, throttledNanos } = seen(ctx, 'burner')
    expect(throttledPeriods).toBeGreaterThanOrEqual(2)
    expect(throttledNanos).toBeGreaterThan(0)
  })

  it('does nothing while the group is frozen, goes on when it is thawed, and can be removed frozen', (ctx) => {
    const frozen = seen(ctx, 'freeze')
    expect(frozen).toMatchObject({ seen: true, before: true, still: true, after: true, end: 137 })
  })

  for (const scenario of ['kill', 'kill one by one']) {
    it(`is killed together with all others (${scenario})`, (ctx) => {
      expect(seen(ctx, scenario).ends).toEqual([137, 137])
    })
  }
})

describe('devices', () => {
  it('of the host can be opened where no one forbids it', (ctx) => {
    expect(seen(ctx, 'devices free')).toMatchObject({ made: 0, opened: 0, usual: 0 })
  })

  for (const scenario of ['devices held', 'devices by program']) {
    it(`of the host stay closed to a container (${scenario})`, (ctx) => {
      const { made, opened, usual } = seen(ctx, scenario)
      expect({ made, usual }).toEqual({ made: 0, usual: 0 })
      expect(opened).not.toBe(0)
    })
  }
})

describe('a group', () => {
  it('that is there already is not taken over', (ctx) => {
    const { error, list } = seen(ctx, 'exists')
    expect(error).toContain('is there already')
    expect(list).toEqual(['one'])
  })

  it('is removed with all below it, though one of them is frozen', (ctx) => {
    expect(seen(ctx, 'leftover')).toMatchObject({ list: ['one'], end: 137 })
  })

  it('that holds processes hands its controllers down once they have moved', (ctx) => {
    const { warnings, limit, moved } = seen(ctx, 'crowded')
    expect(warnings).toEqual([expect.stringContaining('its processes were moved')])
    expect({ limit, moved }).toEqual({ limit: '5', moved: true })
  })
})
