// What a container's process is by the image and the command line together, in the field names of an image's config:
// what `inspect` shows as Config. Nothing in it is looked up: users are as they were given, the environment without what
// the engine adds. Pure.

import type { ProcessConfig } from '../image/manifest.ts'
import type { RunOptions } from './options.ts'

export function processConfig(
  options: RunOptions,
  image: ProcessConfig = {},
  command: readonly string[] = [],
): ProcessConfig {
  const { entrypoint, workdir, user, stopSignal, labels } = options
  // an entrypoint from the command line drops the image's command, too
  const fromImage = entrypoint === undefined ? (image.Cmd ?? null) : null
  const anonymous = (options.mounts ?? []).flatMap((mount) =>
    mount.type === 'volume' && mount.name === undefined ? [mount.target] : [],
  )
  const volumes = { ...image.Volumes, ...Object.fromEntries(anonymous.map((path) => [path, {}])) }
  return {
    ...image,
    User: user ?? image.User ?? '',
    Env: environment(options.env, image.Env ?? []),
    Cmd: command.length > 0 ? command : fromImage,
    Entrypoint:
      entrypoint === undefined ? (image.Entrypoint ?? null) : entrypoint === '' ? null : [entrypoint],
    Volumes: Object.keys(volumes).length === 0 ? null : volumes,
    WorkingDir: workdir ?? image.WorkingDir ?? '',
    Labels: { ...image.Labels, ...labels },
    StopSignal: stopSignal ?? image.StopSignal ?? '',
    Healthcheck: healthcheck(options, image),
  }
}

/** Docker's order: what the command line says, and then what only the image does. */
function environment(given: readonly string[], image: readonly string[]): string[] {
  const nameOf = (text: string) => text.split('=', 1)[0]!
  const names = new Set(given.map(nameOf))
  return [...given.filter((text) => text.includes('=')), ...image.filter((text) => !names.has(nameOf(text)))]
}

function healthcheck({ health }: RunOptions, image: ProcessConfig): ProcessConfig['Healthcheck'] {
  if (health === undefined) return image.Healthcheck
  if (health.none) return { Test: ['NONE'] }
  const nanoseconds = (time: number | undefined) => (time === undefined ? undefined : time * 1e6)
  const asked = {
    Test: health.command === undefined ? undefined : ['CMD-SHELL', health.command],
    Interval: nanoseconds(health.interval),
    Timeout: nanoseconds(health.timeout),
    StartPeriod: nanoseconds(health.startPeriod),
    StartInterval: nanoseconds(health.startInterval),
    Retries: health.retries,
  }
  const said = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
  return { ...image.Healthcheck, ...said }
}
