// clone(), on the real kernel: what a new process does with a list of calls, and what the parent learns of it.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { patience } from './patience.ts'

const script = fileURLToPath(new URL('cases/clone.ts', import.meta.url))

function run(name: string, options: { uid?: number; gid?: number } = {}) {
  const { status, stdout, stderr, signal } = spawnSync(process.execPath, [script, name], {
    encoding: 'utf8',
    timeout: patience,
    ...options,
  })
  return { status, signal, stdout, stderr }
}

/** The case's answer; its own error if it failed. */
function answer(name: string, options?: { uid?: number; gid?: number }) {
  const { status, stdout, stderr } = run(name, options)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout.trim().split('\n').at(-1)!)
}

/** One that has ended may be in the table of processes until its new parent asks for it. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Why the case cannot be run as this user, if it cannot. */
function whyNot(uid: number): string | undefined {
  if (uid === process.geteuid?.()) return undefined
  if (process.geteuid?.() !== 0) return 'only root can become another user'
  const restricted = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'
  if (existsSync(restricted) && readFileSync(restricted, 'utf8').trim() === '1')
    return 'AppArmor of this host lets only root make user namespaces'
  const readable = spawnSync(process.execPath, ['-e', `fs.readFileSync(${JSON.stringify(script)})`], {
    uid,
    gid: uid,
  })
  return readable.status === 0 ? undefined : 'other users cannot read this directory'
}

describe.skipIf(process.platform !== 'linux')('clone()', () => {
  it('gives back the result of every call that the child made', () => {
    const { results, pid, parent } = answer('results')
    expect(results.getppid).toBe(parent)
    expect(results.getpid).toBe(pid)
    expect(results.openat).toBeGreaterThan(2)
    // the descriptor was the one that openat had given, or there would be nothing to read
    expect(results.read).toBe(5)
    expect(results.close).toBe(0)
  })

  it('names the call that failed in the child, and leaves no child', () => {
    const { failure, childrenLeft } = answer('failing')
    expect(failure).toMatchObject({ name: 'chdir', code: 'ENOENT' })
    expect(failure.message).toContain('chdir("/nowhere/at/all") in the new process: ENOENT')
    expect(childrenLeft).toBe(false)
  })

  it('goes on after an error that the call allows, and only after that one', () => {
    const { code, other } = answer('allowed')
    expect(code).toBe(4)
    expect(other).toMatchObject({ name: 'mkdirat', code: 'EEXIST' })
  })

  it('takes the end of a file for a failure where something must come', () => {
    expect(answer('endOfFile')).toMatchObject({ name: 'read', code: 'end of file' })
  })

  it('starts a program with all signals at default and no descriptors but 0, 1 and 2', () => {
    const none = '0000000000000000'
    // ls itself opens the directory that it lists: the fourth
    expect(answer('program')).toEqual(['SigBlk:', none, 'SigIgn:', none, 'SigCgt:', none, '4'])
  })

  it('tries one place after another, and says "not allowed" rather than "not found"', () => {
    const { found, missing, forbidden, childrenLeft } = answer('search')
    expect(found).toBe(0)
    expect(missing.code).toMatch(/ENOENT|ENOTDIR/)
    expect(forbidden.code).toBe('EACCES')
    expect(childrenLeft).toBe(false)
  })

  it('tells how the child ended', () => {
    expect(answer('endings')).toEqual([0, 255, 3, 128 + 15, 0])
  })

  it('says so when there is nothing to wait for', () => {
    expect(answer('nobody')).toMatch(/^wait4\(.*ECHILD/)
  })

  it('lets this process go on while it waits, also for several and for one that has ended', () => {
    expect(answer('waiting')).toEqual({ codes: [30, 60, 90], othersRan: true, early: 9, childrenLeft: false })
  })

  it.for([0, 65534])(
    'lets the parent write id maps while the child waits at the gate, as user %i',
    (uid, ctx) => {
      const refusal = whyNot(uid)
      if (refusal) return ctx.skip(refusal)
      const { words, euid } = answer('gate', uid === process.geteuid?.() ? {} : { uid, gid: uid })
      expect(words).toEqual(['0', '0', String(euid), '1'])
    },
  )

  it('kills the child if the parent cannot do its part at the gate', () => {
    const { message, childrenLeft } = answer('gateThrows')
    expect(message.message).toContain('the maps cannot be written')
    expect(childrenLeft).toBe(false)
    expect(run('gateThrows').stdout).not.toContain('went on')
  })

  it('ends the child if the parent dies before it opens the gate', async () => {
    const { signal, stdout } = run('gateOrphan')
    expect(signal).toBe('SIGKILL')
    // spawnSync returns when the output is closed, by the child too
    expect(stdout).not.toContain('the child')
    const { pid } = JSON.parse(stdout)
    await expect.poll(() => isRunning(pid)).toBe(false)
  })

  it('starts no program any more if the parent has died since', () => {
    const { signal, stdout } = run('lateOrphan')
    expect([signal, stdout]).toEqual(['SIGKILL', 'the child went on\n'])
  })

  it('works again and again while the garbage collector moves things about', () => {
    expect(answer('pressure')).toEqual({ right: 200, leftOpen: 0 })
  })
})
