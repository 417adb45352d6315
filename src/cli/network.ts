// gocker network: networks besides the three that are always there.

import { Command } from 'commander'
import { createNetwork } from '../container/network-create.ts'
import { members, pruneNetworks, removeNetwork, runningMembers } from '../container/network-remove.ts'
import { findNetwork, isPredefined, listNetworks, type Network } from '../container/networks.ts'
import { places } from '../container/places.ts'
import { UserError } from '../container/user-error.ts'
import { confirm } from './confirm.ts'
import { filtersOf } from './filter.ts'
import { forEachName } from './for-each-name.ts'
import { type Column, fill, formatRows } from './format.ts'
import { hasLabel } from './label.ts'
import { labels } from './lifecycle-flags.ts'
import { addConnectCommands } from './network-connect.ts'
import { describeNetwork } from './network-inspect.ts'
import { err, out } from './print.ts'
import { pruneFilters } from './prune-filter.ts'
import { needRoot } from './root.ts'
import { timeText } from './time-text.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function command(): Command {
  const network = new Command('network').description('Manage networks').usage('COMMAND')
  addConnectCommands(network)
  network
    .command('create')
    .description('Create a network')
    .usage('[OPTIONS] NETWORK')
    .argument('<NETWORK>')
    .option('-d, --driver <string>', 'Driver to manage the Network', 'bridge')
    .option('--subnet <subnet>', 'Subnet in CIDR format that represents a network segment', several)
    .option('--gateway <ip>', 'IPv4 Gateway for the master subnet', several)
    .option('--ip-range <range>', 'Allocate container ip from a sub-range', several)
    .option('--internal', 'Restrict external access to the network', false)
    .option('--ipv6', 'Enable IPv6 networking', false)
    .option('--label <list>', 'Set metadata on a network', several)
    .option('-o, --opt <map>', 'Set driver specific options: com.docker.network.driver.mtu', several)
    .action(create)
  network
    .command('ls')
    .alias('list')
    .description('List networks')
    .usage('[OPTIONS]')
    .option('-q, --quiet', 'Only display network IDs', false)
    .option('-f, --filter <filter>', 'Provide filter values (e.g. "driver=bridge")', several)
    .option('--format <string>', "'table', 'json', or a template as {{.Name}}")
    .option('--no-trunc', 'Do not truncate the output')
    .action(ls)
  network
    .command('inspect')
    .description('Display detailed information on one or more networks')
    .usage('[OPTIONS] NETWORK [NETWORK...]')
    .argument('<NETWORK...>')
    .option('-f, --format <string>', "'json', or a template as {{.IPAM.Config}}")
    .option('-v, --verbose', 'Verbose output for diagnostics', false)
    .action(inspect)
  network
    .command('rm')
    .alias('remove')
    .description('Remove one or more networks')
    .usage('NETWORK [NETWORK...]')
    .argument('<NETWORK...>')
    .option('-f, --force', 'Do not error if the network does not exist', false)
    .action(rm)
  network
    .command('prune')
    .description('Remove all unused networks')
    .usage('[OPTIONS]')
    .option('-f, --force', 'Do not prompt for confirmation', false)
    .option('--filter <filter>', 'Provide filter values (e.g. "label=…")', several)
    .action(prune)
  return network
}

interface CreateFlags {
  readonly driver: string
  readonly subnet?: readonly string[]
  readonly gateway?: readonly string[]
  readonly ipRange?: readonly string[]
  readonly internal: boolean
  readonly ipv6: boolean
  readonly label?: readonly string[]
  readonly opt?: readonly string[]
}

function create(name: string, flags: CreateFlags): void {
  needRoot()
  if (flags.ipv6)
    throw new UserError('IPv6 is off: networks here have addresses of IPv4 only. Leave --ipv6 out.')
  const network = createNetwork(places(), {
    name,
    driver: flags.driver,
    subnet: single('subnet', flags.subnet),
    gateway: single('gateway', flags.gateway),
    range: single('ip-range', flags.ipRange),
    internal: flags.internal,
    labels: labels(flags.label ?? []),
    options: labels(flags.opt ?? []),
  })
  out(network.id)
}

function single(flag: string, values: readonly string[] = []): string | undefined {
  if (values.length > 1)
    throw new UserError(`A network has one ${flag} here, and ${values.length} were given.`)
  return values[0]
}

const columns: readonly Column[] = [
  { heading: 'NETWORK ID', field: 'ID' },
  { heading: 'NAME', field: 'Name' },
  { heading: 'DRIVER', field: 'Driver' },
  { heading: 'SCOPE', field: 'Scope' },
]

interface LsFlags {
  readonly quiet: boolean
  readonly filter?: readonly string[]
  readonly format?: string
  readonly trunc: boolean
}

function ls({ quiet, filter = [], format, trunc }: LsFlags): void {
  needRoot()
  const isTrue = (value: string) => value === 'true' || value === '1'
  const fits = filtersOf<Network>(filter, {
    name: (value) => (network) => network.name.includes(value),
    id: (value) => (network) => network.id.startsWith(value),
    driver: (value) => (network) => network.driver === value,
    label: (value) => (network) => hasLabel(network.labels, value),
    scope: (value) => () => value === 'local',
    type: (value) => (network) => isPredefined(network) === (value === 'builtin'),
    dangling: (value) => (network) =>
      (!isPredefined(network) && members(places(), network).length === 0) === isTrue(value),
  })
  const rows = listNetworks(places())
    .filter(fits)
    .map((network) => ({
      ID: trunc ? network.id.slice(0, 12) : network.id,
      Name: network.name,
      Driver: network.driver,
      Scope: 'local',
      IPv4: 'true',
      IPv6: 'false',
      Internal: String(network.internal),
      Labels: Object.entries(network.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
      CreatedAt: timeText(network.created, true),
    }))
  const text = quiet ? rows.map(({ ID }) => ID).join('\n') : formatRows(rows, columns, format)
  if (text !== '') out(text)
}

function inspect(names: readonly string[], { format }: { format?: string }): void {
  needRoot()
  const found: object[] = []
  for (const name of names) {
    try {
      const network = findNetwork(places(), name)
      found.push(describeNetwork(network, runningMembers(places(), network)))
    } catch (error) {
      err(`gocker: ${(error as Error).message}`)
      process.exitCode = 1
    }
  }
  if (format === undefined) out(JSON.stringify(found, null, 4))
  else for (const one of found) out(format === 'json' ? JSON.stringify(one) : fill(format, one))
}

async function rm(names: readonly string[], { force }: { force: boolean }): Promise<void> {
  needRoot()
  await forEachName(names, (name) => {
    try {
      removeNetwork(places(), name)
    } catch (error) {
      if (!force || !/ not found$/.test((error as Error).message)) throw error
    }
    return name
  })
}

async function prune({ force, filter = [] }: { force: boolean; filter?: readonly string[] }): Promise<void> {
  needRoot()
  const fits = pruneFilters(filter)
  const warning = 'WARNING! This will remove all custom networks not used by at least one container.'
  if (!force && !(await confirm(warning))) return
  const removed = pruneNetworks(places(), fits)
  if (removed.length > 0) out(`Deleted Networks:\n${removed.map(({ name }) => name).join('\n')}\n`)
}
