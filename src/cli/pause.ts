// gocker pause, gocker unpause: the processes of a container stop where they are, and go on.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { pause, unpause } from '../container/stop.ts'
import { forEachName } from './for-each-name.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return of('pause', 'Pause all processes within one or more containers', pause)
}

export function unpauseCommand(): Command {
  return of('unpause', 'Unpause all processes within one or more containers', unpause)
}

function of(name: string, description: string, work: typeof pause): Command {
  return new Command(name)
    .description(description)
    .usage('CONTAINER [CONTAINER...]')
    .argument('<CONTAINER...>')
    .action((names: readonly string[]) => {
      needRoot()
      return forEachName(names, (one) => {
        work(places(), hierarchy(), find(places(), one))
        return one
      })
    })
}
