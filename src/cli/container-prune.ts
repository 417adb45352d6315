// gocker container prune: forget all containers that do not run.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { places } from '../container/places.ts'
import { pruneContainers } from '../container/prune.ts'
import { humanSize } from '../container/units.ts'
import { confirm } from './confirm.ts'
import { out } from './print.ts'
import { pruneFilters } from './prune-filter.ts'
import { needRoot } from './root.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function command(): Command {
  return new Command('prune')
    .description('Remove all stopped containers')
    .usage('[OPTIONS]')
    .option('--filter <filter>', 'Provide filter values (e.g. "until=<timestamp>")', several)
    .option('-f, --force', 'Do not prompt for confirmation', false)
    .action(prune)
}

interface Flags {
  readonly filter?: readonly string[]
  readonly force: boolean
}

async function prune({ filter = [], force }: Flags): Promise<void> {
  needRoot()
  const fits = pruneFilters(filter)
  if (!force && !(await confirm('WARNING! This will remove all stopped containers.'))) return
  const { containers, bytes } = pruneContainers(places(), hierarchy(), ({ created, options }) =>
    fits({ created, labels: options.labels }),
  )
  if (containers.length > 0) out(`Deleted Containers:\n${containers.join('\n')}\n`)
  out(`Total reclaimed space: ${humanSize(bytes)}`)
}
