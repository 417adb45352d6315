import { describe, expect, it } from 'vitest'
import { notation } from '../syscall/trace.ts'
import { defaultCapabilities, processCapabilities } from './capabilities.ts'
import { credentialSteps, keyringSteps } from './credentials.ts'

const shown = (...args: Parameters<typeof credentialSteps>) =>
  credentialSteps(...args).map((s) => notation(s.call))

describe('the way to few rights', () => {
  const capabilities = processCapabilities(defaultCapabilities, 0)
  const full = { uid: 1, gid: 2, additionalGids: [2, 3], capabilities, noNewPrivileges: true, deathSignal: 9 }

  it('has the order that works: bounding set, user with rights kept, sets, no_new_privs, death signal', () => {
    const calls = shown(full)
    const dropped = calls.filter((text) => text.startsWith('prctl(PR_CAPBSET_DROP'))
    expect(dropped).toHaveLength(41 - 14)
    expect(calls.slice(0, 27)).toEqual(dropped)
    expect(calls.slice(27)).toEqual([
      'prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)',
      'setgroups(2, [2, 3])',
      'setresgid(2, 2, 2)',
      'setresuid(1, 1, 1)',
      'prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0)',
      'capset({version=3, pid=0}, {effective=0xa80425fb, permitted=0xa80425fb, inheritable=0x0})',
      'prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)',
      'prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)',
      'prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)',
    ])
  })

  it('drops what a newer kernel knows and this program does not', () => {
    expect(shown({ ...full, lastCapability: 42 })).toContain('prctl(PR_CAPBSET_DROP, 42, 0, 0, 0)')
  })

  it('never drops from the bounding set what is kept', () => {
    expect(shown(full).join('\n')).not.toContain('PR_CAPBSET_DROP, CAP_CHOWN')
  })

  it('clears the groups even if there are none to set', () => {
    expect(shown({ uid: 0, gid: 0 })).toEqual(['setgroups(0, 0)', 'setresgid(0, 0, 0)', 'setresuid(0, 0, 0)'])
  })

  it('raises ambient capabilities only when they are asked for', () => {
    const ambient = ['CAP_NET_BIND_SERVICE']
    const calls = shown({ uid: 1, gid: 1, capabilities: { ...capabilities, inheritable: ambient, ambient } })
    expect(calls.at(-1)).toBe('prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0)')
  })

  it('refuses a name that is none', () => {
    expect(() => shown({ uid: 0, gid: 0, capabilities: { bounding: ['CAP_FLY'] } })).toThrow('CAP_FLY')
  })

  it('gives the container a keyring of its own, where there are keyrings', () => {
    const [step] = keyringSteps('_ses.alice')
    expect(notation(step!.call)).toBe('keyctl(KEYCTL_JOIN_SESSION_KEYRING, "_ses.alice")')
    expect(step!.call.allow).toBe('ENOSYS')
  })
})
