// gocker volume: data that outlives containers.

import { Command } from 'commander'
import { randomId } from '../container/names.ts'
import { places } from '../container/places.ts'
import { pruneVolumes } from '../container/prune.ts'
import { humanSize } from '../container/units.ts'
import { UserError } from '../container/user-error.ts'
import {
  dataOf,
  ensureVolume,
  findVolume,
  listVolumes,
  removeVolume,
  usersOf,
  type Volume,
  whileVolumesStay,
} from '../container/volumes.ts'
import { confirm } from './confirm.ts'
import { filtersOf } from './filter.ts'
import { forEachName } from './for-each-name.ts'
import { type Column, fill, formatRows } from './format.ts'
import { hasLabel, labelText } from './label.ts'
import { labels } from './lifecycle-flags.ts'
import { err, out } from './print.ts'
import { volumeFilters } from './prune-filter.ts'
import { needRoot } from './root.ts'
import { describeVolume } from './volume-inspect.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function command(): Command {
  const volume = new Command('volume').description('Manage volumes').usage('COMMAND')
  volume
    .command('create')
    .description('Create a volume')
    .usage('[OPTIONS] [VOLUME]')
    .argument('[VOLUME]')
    .option('-d, --driver <string>', 'Specify volume driver name', 'local')
    .option('--label <list>', 'Set metadata for a volume', several)
    .action(create)
  volume
    .command('ls')
    .alias('list')
    .description('List volumes')
    .usage('[OPTIONS]')
    .option('-q, --quiet', 'Only display volume names', false)
    .option('-f, --filter <filter>', 'Provide filter values (e.g. "dangling=true")', several)
    .option('--format <string>', "'table', 'json', or a template as {{.Name}}")
    .action(ls)
  volume
    .command('inspect')
    .description('Display detailed information on one or more volumes')
    .usage('[OPTIONS] VOLUME [VOLUME...]')
    .argument('<VOLUME...>')
    .option('-f, --format <string>', "'json', or a template as {{.Mountpoint}}")
    .action(inspect)
  volume
    .command('rm')
    .alias('remove')
    .description('Remove one or more volumes')
    .usage('[OPTIONS] VOLUME [VOLUME...]')
    .argument('<VOLUME...>')
    .option('-f, --force', 'Force the removal of one or more volumes', false)
    .action(rm)
  volume
    .command('prune')
    .description('Remove unused local volumes')
    .usage('[OPTIONS]')
    .option('-a, --all', 'Remove all unused volumes, not just anonymous ones', false)
    .option('--filter <filter>', 'Provide filter values (e.g. "label=<label>")', several)
    .option('-f, --force', 'Do not prompt for confirmation', false)
    .action(prune)
  return volume
}

function create(name: string | undefined, flags: { driver: string; label?: readonly string[] }): void {
  needRoot()
  if (flags.driver !== 'local')
    throw new UserError(
      `create ${name ?? ''}: error looking up volume plugin ${flags.driver}: plugin "${flags.driver}" not found`,
    )
  const wanted = {
    name: name ?? randomId(),
    labels: labels(flags.label ?? []),
    isAnonymous: name === undefined,
  }
  const volume = whileVolumesStay(places(), () => ensureVolume(places(), wanted))
  out(volume.name)
}

const columns: readonly Column[] = [
  { heading: 'DRIVER', field: 'Driver' },
  { heading: 'VOLUME NAME', field: 'Name' },
]

function ls(flags: { quiet: boolean; filter?: readonly string[]; format?: string }): void {
  needRoot()
  const fits = filtersOf<Volume>(flags.filter ?? [], {
    name: (value) => (volume) => volume.name.includes(value),
    label: (value) => (volume) => hasLabel(volume.labels, value),
    driver: (value) => () => value === 'local',
    dangling: (value) => (volume) =>
      (usersOf(places(), volume.name).length === 0) === (value === 'true' || value === '1'),
  })
  const volumes = listVolumes(places()).filter(fits)
  const rows = volumes.map((volume) => ({
    Driver: 'local',
    Name: volume.name,
    Mountpoint: dataOf(places(), volume.name),
    Labels: labelText(volume.labels),
    Scope: 'local',
  }))
  const text = flags.quiet ? rows.map(({ Name }) => Name).join('\n') : formatRows(rows, columns, flags.format)
  if (text !== '') out(text)
}

function inspect(names: readonly string[], { format }: { format?: string }): void {
  needRoot()
  const found: object[] = []
  for (const name of names) {
    try {
      found.push(describeVolume(places(), findVolume(places(), name)))
    } catch (error) {
      err(`gocker: ${(error as Error).message}`)
      process.exitCode = 1
    }
  }
  if (format === undefined) out(JSON.stringify(found, null, 4))
  else for (const one of found) out(format === 'json' ? JSON.stringify(one) : fill(format, one))
}

function rm(names: readonly string[], { force }: { force: boolean }): Promise<void> {
  needRoot()
  return forEachName(names, (name) => {
    if (!force || listVolumes(places()).some((volume) => volume.name === name)) removeVolume(places(), name)
    return name
  })
}

interface PruneFlags {
  readonly all: boolean
  readonly filter?: readonly string[]
  readonly force: boolean
}

async function prune({ all: isAll, filter = [], force }: PruneFlags): Promise<void> {
  needRoot()
  // Docker's other way to say --all
  const isOther = (text: string) => /^all=(true|1)$/.test(text)
  const all = isAll || filter.some(isOther)
  const fits = volumeFilters(filter.filter((text) => !isOther(text)))
  const which = all
    ? 'all local volumes not used by at least one container'
    : 'anonymous local volumes not used by at least one container'
  if (!force && !(await confirm(`WARNING! This will remove ${which}.`))) return
  const { volumes, bytes } = pruneVolumes(places(), (volume) => (all || volume.isAnonymous) && fits(volume))
  if (volumes.length > 0) out(`Deleted Volumes:\n${volumes.join('\n')}\n`)
  out(`Total reclaimed space: ${humanSize(bytes)}`)
}
