// --health-cmd and its kin: how a container is asked whether it is healthy.

import { type Command, InvalidArgumentError } from 'commander'
import type { HealthOptions } from '../container/health.ts'
import { ENGINE_FAILED, UserError } from '../container/user-error.ts'
import { milliseconds } from './duration.ts'

export interface HealthFlags {
  readonly healthCmd?: string
  readonly healthInterval?: number
  readonly healthTimeout?: number
  readonly healthStartPeriod?: number
  readonly healthStartInterval?: number
  readonly healthRetries?: number
  /** commander's name for --no-healthcheck */
  readonly healthcheck: boolean
}

export function addHealthFlags(command: Command): Command {
  const time = (flag: string) => (text: string) => milliseconds(text, flag)
  return command
    .option('--health-cmd <string>', 'Command to run to check health')
    .option('--health-interval <duration>', 'Time between running the check', time('--health-interval'))
    .option('--health-timeout <duration>', 'Maximum time to allow one check to run', time('--health-timeout'))
    .option(
      '--health-start-period <duration>',
      'Start period for the container to initialize',
      time('--health-start-period'),
    )
    .option(
      '--health-start-interval <duration>',
      'Time between running the check during the start period',
      time('--health-start-interval'),
    )
    .option('--health-retries <int>', 'Consecutive failures needed to report unhealthy', retries)
    .option('--no-healthcheck', 'Disable any container-specified HEALTHCHECK')
}

function retries(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError(
    `invalid argument "${text}" for "--health-retries" flag: parsing "${text}": invalid syntax`,
  )
}

/** @throws UserError in Docker's words */
export function healthOptions(flags: HealthFlags): HealthOptions | undefined {
  const { healthCmd: command, healthInterval: interval, healthTimeout: timeout, healthRetries } = flags
  const { healthStartPeriod: startPeriod, healthStartInterval: startInterval } = flags
  const options = { command, interval, timeout, startPeriod, startInterval, retries: healthRetries }
  const isSaid = Object.values(options).some((value) => value !== undefined)
  if (flags.healthcheck) return isSaid ? options : undefined
  if (isSaid) throw new UserError('--no-healthcheck conflicts with --health-* options', ENGINE_FAILED)
  return { none: true }
}
