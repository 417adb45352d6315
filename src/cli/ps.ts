// gocker ps: the containers, and what the kernel says of them now.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { sweep } from '../container/finish.ts'
import { places } from '../container/places.ts'
import { exitCodeOf, list, type State, status } from '../container/state.ts'
import { humanDuration } from '../container/units.ts'
import { type Column, formatRows, type Row } from './format.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'
import { shortened } from './table.ts'

export function command(): Command {
  return new Command('ps')
    .description('List containers')
    .usage('[OPTIONS]')
    .option('-a, --all', 'Show all containers (default shows just running)', false)
    .option('-q, --quiet', 'Only display container IDs', false)
    .option('--no-trunc', "Don't truncate output")
    .option('--format <string>', "'table', 'json', or a template as {{.Names}}")
    .action(ps)
}

interface Flags {
  readonly all: boolean
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
  const states = list(places()).filter((state) => flags.all || status(state) === 'running')
  const rows = states.map((state) => row(state, flags.trunc))
  const text = flags.quiet ? rows.map(({ ID }) => ID).join('\n') : formatRows(rows, columns, flags.format)
  if (text !== '') out(text)
}

function row(state: State, trunc: boolean): Row {
  const words = state.command.join(' ')
  const now = status(state)
  return {
    ID: trunc ? state.id.slice(0, 12) : state.id,
    Image: state.image,
    Command: `"${trunc ? shortened(words, 20) : words}"`,
    CreatedAt: state.created,
    RunningFor: `${since(state.created)} ago`,
    State: now,
    Status: statusText(state),
    Ports: '',
    Names: state.name,
    Networks: state.network.mode,
    LocalVolumes: '0',
    Labels: '',
    Mounts: '',
  }
}

/** `Up 3 minutes`, `Exited (0) 5 seconds ago`. */
function statusText(state: State): string {
  switch (status(state)) {
    case 'running':
      return `Up ${since(state.startedAt ?? state.created)}`
    case 'created':
      return 'Created'
    case 'exited':
      return `Exited (${exitCodeOf(state)}) ${since(state.finishedAt ?? state.created)} ago`
  }
}

function since(time: string): string {
  return humanDuration((Date.now() - Date.parse(time)) / 1000)
}
