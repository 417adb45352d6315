// gocker ps: the containers, and what the kernel says of them now.

import { Command, InvalidArgumentError } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { overlayOf } from '../container/design.ts'
import { diskUsage } from '../container/disk-usage.ts'
import { sweep } from '../container/finish.ts'
import { type Places, places } from '../container/places.ts'
import { exitCodeOf, isRunning, list, type State, status } from '../container/state.ts'
import { humanDuration, humanSize } from '../container/units.ts'
import { layerSize } from '../image/store.ts'
import { type Column, formatRows, type Row } from './format.ts'
import { networksColumn } from './inspect-network.ts'
import { labelText } from './label.ts'
import { portsColumn } from './port-columns.ts'
import { out } from './print.ts'
import { asksForAll, containerFilter } from './ps-filter.ts'
import { needRoot } from './root.ts'
import { shortened } from './table.ts'
import { timeText } from './time-text.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function command(): Command {
  return new Command('ps')
    .description('List containers')
    .usage('[OPTIONS]')
    .option('-a, --all', 'Show all containers (default shows just running)', false)
    .option('-q, --quiet', 'Only display container IDs', false)
    .option('-f, --filter <filter>', 'Filter output based on conditions provided', several)
    .option('-l, --latest', 'Show the latest created container (includes all states)', false)
    .option('-n, --last <int>', 'Show n last created containers (includes all states)', last)
    .option('-s, --size', 'Display total file sizes', false)
    .option('--no-trunc', "Don't truncate output")
    .option('--format <string>', "'table', 'json', or a template as {{.Names}}")
    .action(ps)
}

function last(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError(
    `invalid argument "${text}" for "-n, --last" flag: parsing "${text}": invalid syntax`,
  )
}

interface Flags {
  readonly all: boolean
  readonly filter?: readonly string[]
  readonly latest: boolean
  readonly last?: number
  readonly size: boolean
  readonly quiet: boolean
  readonly trunc: boolean
  readonly format?: string
}

const columns: readonly Column[] = [
  { heading: 'CONTAINER ID', field: 'ID' },
  { heading: 'IMAGE', field: 'Image' },
  { heading: 'COMMAND', field: 'Command' },
  { heading: 'CREATED', field: 'RunningFor' },
  { heading: 'STATUS', field: 'Status' },
  { heading: 'PORTS', field: 'Ports' },
  { heading: 'NAMES', field: 'Names' },
]

function ps(flags: Flags): void {
  needRoot()
  sweep(places(), hierarchy())
  const { filter = [] } = flags
  const everyone = list(places())
  const count = flags.latest ? 1 : (flags.last ?? -1)
  const all = flags.all || count >= 0 || asksForAll(filter)
  const fitting = everyone
    .filter((state) => all || isRunning(state) || status(state) === 'restarting')
    .filter(containerFilter(filter, everyone))
  const states = count >= 0 ? fitting.slice(0, count) : fitting
  const rows = states.map((state) => row(state, flags))
  const shown = flags.size ? [...columns, { heading: 'SIZE', field: 'Size' }] : columns
  const text = flags.quiet ? rows.map(({ ID }) => ID).join('\n') : formatRows(rows, shown, flags.format)
  if (text !== '') out(text)
}

function row(state: State, { trunc, size, format = '' }: Flags): Row {
  const mounts = (state.mounts ?? []).map(({ name, source }) => name ?? source)
  const words = state.command.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ')
  const now = status(state)
  return {
    ID: trunc ? state.id.slice(0, 12) : state.id,
    Image: state.image,
    Command: `"${trunc ? shortened(words, 20) : words}"`,
    CreatedAt: timeText(state.created),
    RunningFor: `${since(state.created)} ago`,
    State: now,
    Status: statusText(state),
    Ports: portsColumn(state),
    Names: state.name,
    Networks: networksColumn(state),
    LocalVolumes: String((state.mounts ?? []).filter(({ type }) => type === 'volume').length),
    Labels: labelText(state.options.labels),
    Label: (name: unknown) => state.options.labels?.[String(name)] ?? '',
    Mounts: mounts.map((mount) => (trunc ? shortened(mount, 15) : mount)).join(','),
    // whoever wants all fields gets this one only if they ask for it: it takes a while
    Size: size || format.includes('.Size') ? sizeText(places(), state) : '0B',
  }
}

/** What it has written, and that with its image. */
function sizeText(here: Places, state: State): string {
  const own = diskUsage(overlayOf(here, state).upper)
  const layers = state.layers.reduce((sum, layer) => sum + layerSize(here.layers, layer), 0)
  return `${humanSize(own, 3)} (virtual ${humanSize(own + layers, 3)})`
}

/** `Up 3 minutes`, `Exited (0) 5 seconds ago`. */
function statusText(state: State): string {
  switch (status(state)) {
    case 'running':
      return `Up ${since(state.startedAt ?? state.created)}${healthText(state)}`
    case 'paused':
      return `Up ${since(state.startedAt ?? state.created)} (Paused)`
    case 'restarting':
      return `Restarting (${exitCodeOf(state)}) ${since(state.finishedAt ?? state.created)} ago`
    case 'created':
      return 'Created'
    case 'exited':
      return `Exited (${exitCodeOf(state)}) ${since(state.finishedAt ?? state.created)} ago`
  }
}

function healthText({ health }: State): string {
  if (health === undefined) return ''
  return ` (${health.status === 'starting' ? 'health: starting' : health.status})`
}

function since(time: string): string {
  return humanDuration((Date.now() - Date.parse(time)) / 1000)
}
