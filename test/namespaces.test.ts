// Joining containers and mapping users, on the real kernel. Each case is a process of its own: test/cases/namespaces.ts

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, type TestContext } from 'vitest'
import { patience } from './patience.ts'

const script = fileURLToPath(new URL('cases/namespaces.ts', import.meta.url))
const isRoot = process.platform === 'linux' && process.geteuid?.() === 0
const nobody = 65_534

function answer(name: string, uid?: number) {
  const options = uid === undefined ? {} : { uid, gid: uid }
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, name], {
    encoding: 'utf8',
    timeout: patience,
    ...options,
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout)
}

function asNobody(context: TestContext): number {
  const restricted = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'
  if (existsSync(restricted) && readFileSync(restricted, 'utf8').trim() === '1')
    context.skip('AppArmor of this host lets only root make user namespaces')
  const reads = ['-e', `fs.readFileSync(${JSON.stringify(script)})`]
  if (spawnSync(process.execPath, reads, { uid: nobody, gid: nobody }).status !== 0)
    context.skip('other users cannot read this directory')
  return nobody
}

describe.skipIf(!isRoot)('joining a container (needs root)', () => {
  it('enters every namespace of it, and is a process among its processes', () => {
    const found = answer('join')
    expect(found.joined).toEqual(['mount', 'uts', 'ipc', 'pid', 'network', 'cgroup'])
    expect(found.same).toBe(true)
    expect(found.name).toBe('alice')
    // its own number in there, and no process of the host in /proc
    expect(found.number).toBe(2)
    expect(found.processes).toBeLessThan(5)
  })

  it('enters its user namespace too, if it has one', () => {
    const found = answer('joinWithUser')
    expect(found.joined).toContain('user')
    expect(found.same).toBe(true)
  })

  it('enters namespaces by their paths', () => {
    expect(answer('joinByPath').same).toBe(true)
  })

  it('comes back from the PID namespace when the work in it fails', () => {
    expect(answer('comeBack')).toEqual({ message: 'work failed', home: true, away: true })
  })

  it('says that the container has ended, when it has', () => {
    expect(answer('dead')).toContain('ended')
  })

  it('knows in which namespaces a process differs', () => {
    expect(answer('differing')).toEqual({ self: [], alice: ['uts', 'ipc'] })
    for (const [type, differing] of Object.entries(answer('alone'))) expect(differing).toEqual([type])
  })
})

describe.skipIf(!isRoot)('an ordinary user (needs root to become one)', () => {
  it('is root in a user namespace of their own, with setgroups given up', (context) => {
    expect(answer('rootless', asNobody(context))).toEqual(['0', 'alice', 'deny', '1'])
  })

  it('learns that only the own id can be mapped', (context) => {
    expect(answer('greedy', asNobody(context))).toMatch(/EPERM[\s\S]*only one id/)
  })
})
