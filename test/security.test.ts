// What root in a container may do, on the real kernel. Each case is a process of its own: test/cases/security.ts

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { defaultCapabilities } from '../src/security/capabilities.ts'
import { patience } from './patience.ts'

const script = fileURLToPath(new URL('cases/security.ts', import.meta.url))
const isRoot = process.platform === 'linux' && process.geteuid?.() === 0

const run = (name: string) =>
  spawnSync(process.execPath, [script, name], { encoding: 'utf8', timeout: patience })

function answer(name: string) {
  const { status, stdout, stderr } = run(name)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout)
}

const docker = defaultCapabilities.toSorted()

describe.skipIf(!isRoot)('the rights of a container (needs root)', () => {
  it('are, for root, Docker’s 14 and nothing to hand on', () => {
    const found = answer('root')
    for (const set of ['bounding', 'effective', 'permitted']) expect(found[set].toSorted()).toEqual(docker)
    expect([found.inheritable, found.ambient]).toEqual([[], []])
    expect(found).toMatchObject({ uid: '0\t0\t0\t0', groups: '0 10', noNewPrivileges: '1' })
  })

  it('are none for an ordinary user, who is that user in every respect', () => {
    const found = answer('user')
    expect([found.effective, found.permitted, found.inheritable, found.ambient]).toEqual([[], [], [], []])
    expect(found.bounding.toSorted()).toEqual(docker)
    expect(found).toMatchObject({
      uid: '1979\t1979\t1979\t1979',
      gid: '100\t100\t100\t100',
      groups: '29 100',
    })
  })

  it('are all that this process has, if all are asked for', () => {
    const found = answer('all')
    expect(found.effective).toEqual(found.available)
    expect(found.bounding).toEqual(found.available)
  })

  it('can be ambient, for an ordinary user', () => {
    const found = answer('ambient')
    expect(found.effective).toEqual(['CAP_NET_BIND_SERVICE'])
    expect(found).toMatchObject({ uid: '1979\t1979\t1979\t1979', groups: '' })
  })

  it('are not enough for what root of the host could do', () => {
    const host = [hostname(), readFileSync('/proc/self/mounts', 'utf8')]
    // the attack works when nothing is taken away: otherwise the next line would prove nothing
    expect(answer('triesOfAll')).toEqual(
      expect.arrayContaining(['mount', 'hostname', 'corePattern', 'chown']),
    )
    expect(answer('triesOfRoot')).toEqual(['chown'])
    expect([hostname(), readFileSync('/proc/self/mounts', 'utf8')]).toEqual(host)
  })

  it('do not grow by a setuid program, with no_new_privs', () => {
    expect(answer('setuid')).toEqual({ without: 'Dear Bob', with: '' })
  })

  it('do not reach the keys of our session', (context) => {
    if (!existsSync('/proc/keys')) context.skip('this kernel has no keyrings')
    expect(answer('keyring')).toContain('_ses.alice')
  })

  it('end with the engine, also for an ordinary user', async () => {
    const { stdout, signal } = run('orphan')
    expect(signal).toBe('SIGKILL')
    const pid = Number(stdout)
    expect(pid).toBeGreaterThan(1)
    for (let i = 0; i < 100 && isRunning(pid); i++) await setTimeout(50)
    expect(isRunning(pid)).toBe(false)
  })
})

describe.skipIf(!isRoot)('masked and read-only paths (need root)', () => {
  it('are empty, and what covers a file is /dev/null', () => {
    const found: string[] = answer('masks')
    expect(found.length).toBeGreaterThan(2)
    for (const line of found) expect(line).toMatch(/^\S+ (device 1 0|directory 0 0)$/)
  })

  it('are covered by the real /dev/null, whatever the image has in its place (CVE-2025-31133)', () => {
    expect(answer('hostileNull')).toBe('character special file 1:3')
  })

  it('are read-only and keep the other flags of /proc', () => {
    const found: string[] = answer('readonlyFlags')
    expect(found.map((line) => line.split(' ')[0])).toContain('/proc/sys')
    for (const line of found) expect(line).toMatch(/ ro,nosuid,nodev,noexec/)
  })
})

/** One that has ended may be in the table of processes until its new parent asks for it. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
