// gocker system: commands on everything at once.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { places } from '../container/places.ts'
import { prune } from '../container/prune.ts'
import { humanSize } from '../container/units.ts'
import { UserError } from '../container/user-error.ts'
import { confirm } from './confirm.ts'
import { command as eventsCommand } from './events.ts'
import { pruneFilter } from './image-filter.ts'
import { out } from './print.ts'
import { pruneFilters } from './prune-filter.ts'
import { needRoot } from './root.ts'
import { command as service } from './service.ts'
import { command as df } from './system-df.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function command(): Command {
  const system = new Command('system').description('Manage Gocker').usage('COMMAND')
  system.addCommand(
    new Command('prune')
      .description('Remove unused data')
      .usage('[OPTIONS]')
      .option('-a, --all', 'Remove all unused images not just dangling ones', false)
      .option('--filter <filter>', 'Provide filter values (e.g. "label=<key>=<value>")', several)
      .option('-f, --force', 'Do not prompt for confirmation', false)
      .option('--volumes', 'Prune anonymous volumes', false)
      .action(run),
  )
  system.addCommand(
    new Command('info')
      .description('Display system-wide information')
      .usage('[OPTIONS]')
      .option('-f, --format <string>', "'json', or a template as {{.Containers}}")
      .action(async (flags: { format?: string }) => (await import('./info.ts')).info(flags)),
  )
  system.addCommand(df())
  system.addCommand(eventsCommand())
  system.addCommand(service())
  return system
}

interface Flags {
  readonly all: boolean
  readonly filter?: readonly string[]
  readonly volumes: boolean
  readonly force: boolean
}

async function run(flags: Flags): Promise<void> {
  needRoot()
  const { all, filter = [], volumes } = flags
  if (volumes && filter.some((text) => text.startsWith('until=')))
    throw new UserError('The "until" filter is not supported with "--volumes"')
  const fits = pruneFilters(filter)
  if (!flags.force && !(await confirmed(flags))) return
  const pruned = prune(places(), hierarchy(), {
    all,
    volumes,
    containerFits: ({ created, options }) => fits({ created, labels: options.labels }),
    networkFits: fits,
    imageFits: pruneFilter(filter),
    volumeFits: fits,
  })
  const { containers, networks, images, leftovers, bytes } = pruned
  section('Deleted Containers', containers)
  section('Deleted Networks', networks)
  section('Deleted Volumes', pruned.volumes)
  section('Deleted Images', images)
  section('Cleared away', leftovers)
  out(`Total reclaimed space: ${humanSize(bytes)}`)
}

function section(title: string, lines: readonly string[]): void {
  if (lines.length > 0) out(`${title}:\n${lines.join('\n')}\n`)
}

function confirmed({ all, volumes, filter = [] }: Flags): Promise<boolean> {
  return confirm(
    [
      'WARNING! This will remove:',
      '  - all stopped containers',
      '  - all networks not used by at least one container',
      ...(volumes ? ['  - all anonymous volumes not used by at least one container'] : []),
      `  - ${all ? 'all images without at least one container associated to them' : 'all dangling images'}`,
      '  - what containers left behind whose engine was killed, and the bridge if no container uses it',
      ...(filter.length > 0
        ? ['', '  Items to be pruned will be filtered with:', ...filter.map((one) => `  - ${one}`)]
        : []),
      '',
    ].join('\n'),
  )
}
