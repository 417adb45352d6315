// gocker rm: forget containers that have ended, and what they wrote.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { places } from '../container/places.ts'
import { remove } from '../container/remove.ts'
import { forEachName } from './for-each-name.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('rm')
    .description('Remove one or more containers')
    .usage('[OPTIONS] CONTAINER [CONTAINER...]')
    .argument('<CONTAINER...>')
    .option('-f, --force', 'Force the removal of a running container (uses SIGKILL)', false)
    .action((names: readonly string[], { force }: { force: boolean }) => {
      needRoot()
      forEachName(names, (name) => {
        remove(places(), hierarchy(), name, force)
        return name
      })
    })
}
