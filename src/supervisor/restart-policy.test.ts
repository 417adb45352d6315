import { describe, expect, it } from 'vitest'
import type { RestartPolicy } from '../container/options.ts'
import { backOff, restarts, startsAtBoot } from './restart-policy.ts'

const ended = (exitCode: number, more = {}) => ({ exitCode, stopped: false, restarts: 0, ...more })

describe('a container that has ended is started again', () => {
  it.each<[string, RestartPolicy | undefined, ReturnType<typeof ended>, boolean]>([
    ['no policy', undefined, ended(1), false],
    ['always, after a success', { when: 'always' }, ended(0), true],
    ['unless-stopped', { when: 'unless-stopped' }, ended(0), true],
    ['on-failure, after a success', { when: 'on-failure' }, ended(0), false],
    ['on-failure, after a failure', { when: 'on-failure' }, ended(1), true],
    [
      'on-failure:2, after the second restart',
      { when: 'on-failure', most: 2 },
      ended(1, { restarts: 2 }),
      false,
    ],
    ['on-failure:2, after the first', { when: 'on-failure', most: 2 }, ended(1, { restarts: 1 }), true],
    ['always, but a person stopped it', { when: 'always' }, ended(137, { stopped: true }), false],
  ])('%s', (_, policy, end, expected) => expect(restarts(policy, end)).toBe(expected))
})

describe('before that it waits', () => {
  it('100 ms, then twice as long each time, and never more than a minute', () => {
    const waits: number[] = []
    for (let wait = backOff(undefined, 5); waits.length < 12; wait = backOff(wait, 5)) waits.push(wait)
    expect(waits.slice(0, 4)).toEqual([100, 200, 400, 800])
    expect(waits.at(-1)).toBe(60_000)
  })

  it('and begins anew after a run of ten seconds', () => expect(backOff(60_000, 10_000)).toBe(100))
})

describe('with the machine comes back', () => {
  it.each<[string, RestartPolicy | undefined, boolean, boolean, boolean]>([
    ['not one without a policy', undefined, true, false, false],
    ['always', { when: 'always' }, true, false, true],
    ['always, also if a person stopped it', { when: 'always' }, true, true, true],
    ['unless-stopped', { when: 'unless-stopped' }, true, false, true],
    ['unless-stopped, not if a person stopped it', { when: 'unless-stopped' }, true, true, false],
    ['not on-failure', { when: 'on-failure' }, true, false, false],
    ['not what was never started', { when: 'always' }, false, false, false],
  ])('%s', (_, policy, wasStarted, stoppedByHand, expected) =>
    expect(startsAtBoot(policy, { wasStarted, stoppedByHand })).toBe(expected),
  )
})
