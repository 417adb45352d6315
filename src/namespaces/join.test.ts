import { describe, expect, it } from 'vitest'
import { notation } from '../syscall/trace.ts'
import { joinPathSteps, joinSteps } from './join.ts'

const shown = (steps: readonly { call: Parameters<typeof notation>[0] }[]) =>
  steps.map((s) => notation(s.call))

describe('joining a container', () => {
  it('is one call for all namespaces, without the one that acts on children only', () => {
    expect(shown(joinSteps(7, ['mount', 'pid', 'network', 'uts']))).toEqual([
      'setns(7, CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWNET)',
    ])
  })

  it('needs no call at all for the PID namespace alone', () => {
    expect(joinSteps(7, ['pid'])).toEqual([])
    expect(joinSteps(7, [])).toEqual([])
  })
})

describe('joining namespaces by their paths', () => {
  const paths = [
    { type: 'mount', path: '/m' },
    { type: 'user', path: '/u' },
    { type: 'network', path: '/n' },
  ] as const

  it('opens all of them before it enters any, for the paths may be gone in another mount namespace', () => {
    expect(shown(joinPathSteps(paths)).map((text) => text.split('(')[0])).toEqual([
      'openat',
      'openat',
      'openat',
      'setns',
      'setns',
      'setns',
    ])
  })

  it('enters the user namespace last as root, and first as an ordinary user', () => {
    const order = (root: boolean) =>
      shown(joinPathSteps(paths, { root }))
        .filter((text) => text.startsWith('setns'))
        .map((text) => text.match(/<openat (\S+)>/)?.[1])
    expect(order(true)).toEqual(['/m', '/n', '/u'])
    expect(order(false)).toEqual(['/u', '/n', '/m'])
  })
})
