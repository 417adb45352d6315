// The flags that say how a container ends and what is kept of it: --restart, --stop-signal, --label, --log-opt.

import type { LogOptions, RestartPolicy } from '../container/options.ts'
import { signalNumber } from '../container/stop.ts'
import { bytes } from '../container/units.ts'
import { ENGINE_FAILED, UserError } from '../container/user-error.ts'

/** `on-failure:3`. @throws UserError in Docker's words */
export function restartPolicy(text: string | undefined, isRemoved: boolean): RestartPolicy | undefined {
  if (text === undefined || text === '' || text === 'no') return undefined
  if (isRemoved)
    throw new UserError('Conflicting options: cannot specify both --restart and --rm', ENGINE_FAILED)
  const [when = '', most] = text.split(':')
  if (most !== undefined && !/^\d+$/.test(most))
    throw new UserError(
      `invalid restart policy format: maximum retry count must be an integer`,
      ENGINE_FAILED,
    )
  if (when !== 'always' && when !== 'unless-stopped' && when !== 'on-failure')
    throw new UserError(
      `invalid restart policy: unknown policy '${when}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
      ENGINE_FAILED,
    )
  if (most !== undefined && when !== 'on-failure')
    throw new UserError(
      `invalid restart policy: maximum retry count can only be used with 'on-failure'`,
      ENGINE_FAILED,
    )
  return most === undefined ? { when } : { when, most: Number(most) }
}

export function stopSignal(text: string | undefined): string | undefined {
  try {
    if (text !== undefined) signalNumber(text)
    return text
  } catch (error) {
    throw new UserError((error as Error).message, ENGINE_FAILED)
  }
}

/** `key=value` or `key`. */
export function labels(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (text === '' || at === 0)
        throw new UserError(
          `invalid argument "${text}" for "-l, --label" flag: invalid label '${text}': empty name`,
          ENGINE_FAILED,
        )
      return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

export function logOptions(driver: string | undefined, texts: readonly string[]): LogOptions | undefined {
  if (driver !== undefined && driver !== 'json-file' && driver !== 'none')
    throw new UserError(
      `logger: no log driver named '${driver}' is registered\nThere are json-file and none.`,
      ENGINE_FAILED,
    )
  const options: Record<string, string> = labels(texts)
  for (const key of Object.keys(options)) {
    if (key !== 'max-size' && key !== 'max-file')
      throw new UserError(
        `unknown log opt '${key}' for json-file log driver\nThere are max-size and max-file.`,
        ENGINE_FAILED,
      )
  }
  const { 'max-size': size, 'max-file': files } = options
  if (files !== undefined && !(Number(files) >= 1))
    throw new UserError('max-file cannot be less than 1', ENGINE_FAILED)
  if (Number(files) > 1 && size === undefined)
    throw new UserError('max-file cannot be used without max-size', ENGINE_FAILED)
  if (driver === undefined && texts.length === 0) return undefined
  return {
    driver: driver ?? 'json-file',
    given: options,
    ...(size === undefined ? {} : { maxSize: bytes(size) }),
    ...(files === undefined ? {} : { maxFiles: Number(files) }),
  }
}
