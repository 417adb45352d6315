// gocker restart: stop containers, and start them again.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { recordOf } from '../container/events.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { stop } from '../container/stop.ts'
import { integer } from './container-flags.ts'
import { forEachName } from './for-each-name.ts'
import { needRoot } from './root.ts'
import { startAgain } from './start.ts'
import type { StopFlags } from './stop.ts'

export function command(): Command {
  return new Command('restart')
    .description('Restart one or more containers')
    .usage('[OPTIONS] CONTAINER [CONTAINER...]')
    .argument('<CONTAINER...>')
    .option('-s, --signal <string>', 'Signal to send to the container')
    .option('-t, --timeout <int>', 'Seconds to wait before killing the container', integer('-t, --timeout'))
    .option('--time <int>', 'As --timeout', integer('--time'))
    .action((names: readonly string[], { signal, timeout, time }: StopFlags) => {
      needRoot()
      return forEachName(names, async (name) => {
        const { id } = find(places(), name)
        await stop(places(), hierarchy(), find(places(), id), { signal, seconds: timeout ?? time })
        await startAgain(find(places(), id))
        recordOf(places(), find(places(), id), 'restart')
        return name
      })
    })
}
