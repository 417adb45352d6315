// gocker stop: ask containers to end, and kill those that do not.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { signalNumber, stop } from '../container/stop.ts'
import { integer } from './container-flags.ts'
import { forEachName } from './for-each-name.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('stop')
    .description('Stop one or more running containers')
    .usage('[OPTIONS] CONTAINER [CONTAINER...]')
    .argument('<CONTAINER...>')
    .option('-s, --signal <string>', 'Signal to send to the container')
    .option('-t, --timeout <int>', 'Seconds to wait before killing the container', integer('-t, --timeout'))
    .option('--time <int>', 'As --timeout', integer('--time'))
    .action((names: readonly string[], flags: StopFlags) => {
      needRoot()
      return forEachName(names, (name) => stopOne(name, flags))
    })
}

export interface StopFlags {
  readonly signal?: string
  readonly timeout?: number
  readonly time?: number
}

async function stopOne(name: string, { signal, timeout, time }: StopFlags): Promise<string> {
  if (signal !== undefined) signalNumber(signal)
  await stop(places(), hierarchy(), find(places(), name), { signal, seconds: timeout ?? time })
  return name
}
