// Is a container healthy? A program is run in it from time to time, and what its exit statuses say is decided here. Pure.
// The image's HEALTHCHECK, and Docker's rules for it. https://docs.docker.com/reference/dockerfile/#healthcheck

import type { ImageHealth } from '../image/manifest.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

/** Times are in milliseconds. */
export interface HealthCheck {
  /** What is run: the words of a command line. */
  readonly test: readonly string[]
  readonly interval: number
  readonly timeout: number
  /** Failures at the beginning do not count for so long. */
  readonly startPeriod: number
  /** Between two tests while that lasts. */
  readonly startInterval: number
  /** So many failures in a row make it unhealthy. */
  readonly retries: number
}

export interface Health {
  readonly status: 'starting' | 'healthy' | 'unhealthy'
  readonly failingStreak: number
  /** The last five. */
  readonly log: readonly Probe[]
}

export interface Probe {
  /** RFC 3339 */
  readonly start: string
  readonly end: string
  /** -1 if it did not end in time. */
  readonly exitCode: number
  /** At most 4096 characters. */
  readonly output: string
}

export const unknownHealth: Health = { status: 'starting', failingStreak: 0, log: [] }

const kept = 5

/** @param ran how long the container has been running, in milliseconds */
export function afterProbe(before: Health, probe: Probe, check: HealthCheck, ran: number): Health {
  const log = [...before.log, probe].slice(-kept)
  if (probe.exitCode === 0) return { status: 'healthy', failingStreak: 0, log }
  if (before.status === 'starting' && ran < check.startPeriod) return { ...before, log }
  const failingStreak = before.failingStreak + 1
  return { status: failingStreak >= check.retries ? 'unhealthy' : before.status, failingStreak, log }
}

/** Milliseconds from the end of a probe to the next. */
export function pauseAfter({ status }: Health, check: HealthCheck, ran: number): number {
  return status === 'starting' && ran < check.startPeriod ? check.startInterval : check.interval
}

/** What the command line says; what it does not is as in the image. */
export interface HealthOptions extends Partial<Omit<HealthCheck, 'test'>> {
  /** A command for the shell. */
  readonly command?: string
  /** None at all, whatever the image says. */
  readonly none?: boolean
}

/** As long as a timer can wait: 24 days. */
const longest = 2 ** 31 - 1

/** The check of a container; undefined if there is none. @throws UserError in Docker's words for times that cannot be */
export function healthCheckOf(options: HealthOptions = {}, image: ImageHealth = {}): HealthCheck | undefined {
  const test = options.command === undefined ? testOf(image.Test ?? []) : shell(options.command)
  if (options.none || test.length === 0) return undefined
  const milliseconds = (nanoseconds: number | undefined) => (nanoseconds ? nanoseconds / 1e6 : undefined)
  const retries = options.retries || image.Retries || 3
  if (retries < 0) throw new UserError('Retries in Healthcheck cannot be negative', ENGINE_FAILED)
  return {
    test,
    interval: time('Interval', options.interval ?? milliseconds(image.Interval), 30_000),
    timeout: time('Timeout', options.timeout ?? milliseconds(image.Timeout), 30_000),
    startPeriod: time('StartPeriod', options.startPeriod ?? milliseconds(image.StartPeriod), 0),
    startInterval: time('StartInterval', options.startInterval ?? milliseconds(image.StartInterval), 5_000),
    retries,
  }
}

/** An image that asks for a nanosecond would have the engine do nothing but look after it. */
function time(name: string, asked: number | undefined, usual: number): number {
  if (!asked) return usual
  if (asked < 1) throw new UserError(`${name} in Healthcheck cannot be less than 1ms`, ENGINE_FAILED)
  return Math.min(asked, longest)
}

const shell = (command: string) => ['/bin/sh', '-c', command]

function testOf([kind, ...words]: readonly string[]): readonly string[] {
  if (kind === 'CMD') return words
  return kind === 'CMD-SHELL' ? shell(words.join(' ')) : []
}
