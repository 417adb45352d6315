import { expect, it } from 'vitest'
import { type Run, waitsOf } from './exercise.ts'

const short = 50
const bad: Run = { ran: short, exitCode: 1 }
const fine: Run = { ran: short, exitCode: 0 }
const times = (count: number, run: Run): Run[] => Array.from({ length: count }, () => run)

it('without a policy nothing is started again', () => {
  expect(waitsOf({ when: 'no' }, [bad]), 'no, and it failed').toEqual([])
})

it('always means always', () => {
  for (const when of ['always', 'unless-stopped'] as const) {
    expect(waitsOf({ when }, [bad]), `${when}, and it failed`).toEqual([100])
    expect(waitsOf({ when }, [fine]), `${when}, and it ended with 0`).toEqual([100])
  }
})

it('on-failure means a failure', () => {
  expect(waitsOf({ when: 'on-failure' }, [bad]), 'on-failure, and it failed').toEqual([100])
  expect(waitsOf({ when: 'on-failure' }, [{ ran: short, exitCode: 137 }]), 'on-failure, killed').toEqual([
    100,
  ])
  expect(waitsOf({ when: 'on-failure' }, [fine]), 'on-failure, and it ended with 0').toEqual([])
  expect(waitsOf({ when: 'on-failure' }, [bad, fine]), 'it failed, and then it did not').toEqual([100])
})

it('each wait is twice as long as the one before', () => {
  expect(waitsOf({ when: 'always' }, times(5, bad)), 'five short runs').toEqual([100, 200, 400, 800, 1600])
})

it('a wait is at most a minute', () => {
  expect(waitsOf({ when: 'always' }, times(13, bad)).slice(-4), 'the last four of thirteen waits').toEqual([
    51_200, 60_000, 60_000, 60_000,
  ])
})

it('a good run begins anew', () => {
  const good = { ran: 10_000, exitCode: 1 }
  expect(waitsOf({ when: 'always' }, [bad, bad, good, bad]), 'the third of four ran for 10 s').toEqual([
    100, 200, 100, 200,
  ])
  const nearly = { ran: 9_999, exitCode: 1 }
  expect(waitsOf({ when: 'always' }, [bad, bad, nearly]), 'the third of three ran for 9.999 s').toEqual([
    100, 200, 400,
  ])
})

it('on-failure may have a limit', () => {
  const policy = { when: 'on-failure', most: 2 } as const
  expect(waitsOf(policy, times(3, bad)), 'on-failure:2, and three failures').toEqual([100, 200])
  const good = { ran: 20_000, exitCode: 1 }
  expect(waitsOf(policy, times(3, good)), 'a good run does not make the limit larger').toEqual([100, 100])
  expect(waitsOf({ when: 'on-failure', most: 0 }, times(3, bad)).length, 'on-failure:0 is without one').toBe(
    3,
  )
  expect(waitsOf({ when: 'always', most: 2 }, times(3, bad)).length, 'it is for on-failure only').toBe(3)
})

it('a person has the last word', () => {
  const stopped = { ran: short, exitCode: 143, stopped: true }
  for (const when of ['always', 'unless-stopped', 'on-failure'] as const)
    expect(waitsOf({ when }, [bad, stopped]), `${when}, and at last a person stopped it`).toEqual([100])
})

it('without a run there is no wait', () => {
  expect(waitsOf({ when: 'always' }, []), 'no run at all').toEqual([])
})
