import { describe, expect, it } from 'vitest'
import { afterProbe, type HealthCheck, healthCheckOf, pauseAfter, unknownHealth } from './health.ts'

const check: HealthCheck = {
  test: ['true'],
  interval: 30_000,
  timeout: 1000,
  startPeriod: 10_000,
  startInterval: 500,
  retries: 2,
}
const probe = (exitCode: number) => ({ start: 'a', end: 'b', exitCode, output: '' })

describe('the health of a container', () => {
  it('is good after one success', () => {
    expect(afterProbe(unknownHealth, probe(0), check, 0)).toMatchObject({
      status: 'healthy',
      failingStreak: 0,
    })
  })

  it('is bad after as many failures as it may have', () => {
    const once = afterProbe(unknownHealth, probe(1), check, 20_000)
    expect(once).toMatchObject({ status: 'starting', failingStreak: 1 })
    expect(afterProbe(once, probe(-1), check, 20_000)).toMatchObject({
      status: 'unhealthy',
      failingStreak: 2,
    })
  })

  it('is not bad yet while it starts', () => {
    const late = [1, 2, 3, 4].reduce((health) => afterProbe(health, probe(1), check, 9_999), unknownHealth)
    expect(late).toMatchObject({ status: 'starting', failingStreak: 0 })
  })

  it('can become good again, and remembers five probes', () => {
    let health = unknownHealth
    for (const code of [1, 1, 1, 1, 1, 1, 0]) health = afterProbe(health, probe(code), check, 60_000)
    expect(health.status).toBe('healthy')
    expect(health.log.map(({ exitCode }) => exitCode)).toEqual([1, 1, 1, 1, 0])
  })

  it('is asked for more often while it starts', () => {
    expect(pauseAfter(unknownHealth, check, 5000)).toBe(500)
    expect(pauseAfter(unknownHealth, check, 10_000)).toBe(30_000)
  })
})

describe('what is asked', () => {
  const image = { Test: ['CMD-SHELL', 'curl -f localhost'], Interval: 5e9, Retries: 7 }

  it('is what the image says, with Docker’s times for the rest', () => {
    expect(healthCheckOf({}, image)).toEqual({
      test: ['/bin/sh', '-c', 'curl -f localhost'],
      interval: 5000,
      timeout: 30_000,
      startPeriod: 0,
      startInterval: 5000,
      retries: 7,
    })
    expect(healthCheckOf({}, { Test: ['CMD', 'check', 'it'] })?.test).toEqual(['check', 'it'])
  })

  it('is what the command line says before that', () => {
    expect(healthCheckOf({ command: 'true', retries: 1 }, image)).toMatchObject({
      test: ['/bin/sh', '-c', 'true'],
      retries: 1,
      interval: 5000,
    })
  })

  it.each([
    [{ Interval: 1 }, 'Interval in Healthcheck cannot be less than 1ms'],
    [{ Interval: -1 }, 'Interval in Healthcheck cannot be less than 1ms'],
    [{ Timeout: 999_999 }, 'Timeout in Healthcheck cannot be less than 1ms'],
    [{ StartPeriod: -1e9 }, 'StartPeriod in Healthcheck cannot be less than 1ms'],
    [{ StartInterval: 1 }, 'StartInterval in Healthcheck cannot be less than 1ms'],
    [{ Retries: -1 }, 'Retries in Healthcheck cannot be negative'],
  ])('cannot be %o: the engine would do nothing else', (times, message) => {
    expect(() => healthCheckOf({}, { ...image, ...times })).toThrow(message)
  })

  it('waits no longer than a timer can, for one that is asked to wait longer does not wait at all', () => {
    const check = healthCheckOf({}, { ...image, Interval: 2 ** 63, Timeout: 2 ** 62 })
    expect(check).toMatchObject({ interval: 2 ** 31 - 1, timeout: 2 ** 31 - 1 })
  })

  it('is nothing where nobody says anything, or says so', () => {
    for (const [options, from] of [
      [{}, {}],
      [{ none: true }, image],
      [{}, { Test: ['NONE'] }],
    ] as const)
      expect(healthCheckOf(options, from)).toBe(undefined)
  })
})
