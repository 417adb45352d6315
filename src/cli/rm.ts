// gocker rm: forget containers that have ended, and what they wrote.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { places } from '../container/places.ts'
import { type RemoveOptions, remove } from '../container/remove.ts'
import { UserError } from '../container/user-error.ts'
import { forEachName, MissingAnyway } from './for-each-name.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('rm')
    .description('Remove one or more containers')
    .usage('[OPTIONS] CONTAINER [CONTAINER...]')
    .argument('<CONTAINER...>')
    .option('-f, --force', 'Force the removal of a running container (uses SIGKILL)', false)
    .option('-v, --volumes', 'Remove anonymous volumes associated with the container', false)
    .action((names: readonly string[], options: RemoveOptions) => {
      needRoot()
      return forEachName(names, async (name) => {
        try {
          await remove(places(), hierarchy(), name, options)
        } catch (error) {
          if (options.force && error instanceof UserError && error.message === `No such container: ${name}`)
            throw new MissingAnyway(error.message)
          throw error
        }
        return name
      })
    })
}
