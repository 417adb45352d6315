// Many containers at once, and the host before and after them.

import { describe, expect, it } from 'vitest'
import { hostState } from '../host-state.ts'
import { gocker, isRoot, leftSince, start, useGocker } from './gocker.ts'

useGocker()

const count = 20

describe.skipIf(!isRoot)('twenty containers at once (needs root)', () => {
  it('all get their own name, address and end; the host is as it was', async () => {
    // the first makes the bridge, which stays for the next one
    await gocker('run', '--rm', 'tiny', 'true')
    const before = hostState()
    const script = 'ip -4 -o addr show eth0 | grep -o "inet [0-9.]*"; read -r go; exit 3'
    const running = Array.from({ length: count }, (_, i) =>
      start(['run', '-i', '--rm', '--name', `many-${i}`, '-m', '32m', 'tiny', 'sh', '-c', script], {
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    )
    await Promise.all(running.map((one) => one.says(/inet 172\.29\.\d+\.\d+\n/)))
    expect((await gocker('ps', '-q')).stdout.trim().split('\n')).toHaveLength(count)
    for (const one of running) one.process.stdin?.end('go\n')
    const results = await Promise.all(running.map((one) => one.result))
    expect(results.map(({ status, stderr }) => [status, stderr])).toEqual(results.map(() => [3, '']))
    expect(new Set(results.map(({ stdout }) => stdout)).size).toBe(count)
    expect((await gocker('ps', '-aq')).stdout).toBe('')
    expect(await leftSince(before)).toEqual([])
  })

  it('one name is for one of them', async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, () =>
        gocker('run', '--name', 'contested', '--network', 'none', 'tiny', 'sh', '-c', 'echo won; sleep 0.3'),
      ),
    )
    expect(results.filter(({ status, stdout }) => status === 0 && stdout === 'won\n')).toHaveLength(1)
    const others = results.filter(({ status }) => status === 125)
    expect(others).toHaveLength(7)
    for (const { stderr } of others)
      expect(stderr).toContain('The container name "/contested" is already in use')
    expect((await gocker('ps', '-a', '--format', '{{.Names}}')).stdout).toBe('contested\n')
    await gocker('rm', 'contested')
  })

  it('tiny is made once when many ask for it at the same time', async () => {
    await gocker('rmi', 'tiny')
    const results = await Promise.all(
      Array.from({ length: 4 }, () => gocker('run', '--rm', '--network', 'none', 'tiny', 'echo', 'hi')),
    )
    expect(results).toEqual(results.map(() => ({ status: 0, stdout: 'hi\n', stderr: '' })))
    expect((await gocker('images', '-q')).stdout.trim().split('\n')).toHaveLength(1)
  })

  it('after prune nothing of gocker is left on the host but what was there before it', async () => {
    await gocker('system', 'prune', '-f')
    const before = hostState()
    await gocker('run', '--name', 'last', 'tiny', 'true')
    await gocker('system', 'prune', '-f')
    expect(await leftSince(before)).toEqual([])
  })
})
