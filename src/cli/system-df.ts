// gocker system df: who takes how much of the disk. Reads only.

import { Command } from 'commander'
import { type DiskReport, diskReport, type Totals } from '../container/disk-report.ts'
import { places } from '../container/places.ts'
import { status } from '../container/state.ts'
import { humanDuration, humanSize } from '../container/units.ts'
import { familiarName, parseReference } from '../image/reference.ts'
import { type Column, formatRows, type Row } from './format.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'
import { shortened, table } from './table.ts'

export function command(): Command {
  return new Command('df')
    .description('Show disk usage')
    .usage('[OPTIONS]')
    .option('-v, --verbose', 'Show detailed information on space usage', false)
    .option('--format <string>', "'table', 'json', or a template as {{.Type}}")
    .action(df)
}

const columns: readonly Column[] = [
  { heading: 'TYPE', field: 'Type' },
  { heading: 'TOTAL', field: 'TotalCount' },
  { heading: 'ACTIVE', field: 'Active' },
  { heading: 'SIZE', field: 'Size' },
  { heading: 'RECLAIMABLE', field: 'Reclaimable' },
]

function df({ verbose, format }: { verbose: boolean; format?: string }): void {
  needRoot()
  const report = diskReport(places())
  if (verbose && format === undefined) {
    out(details(report))
    return
  }
  const rows = [
    row('Images', report.imageTotals),
    row('Containers', report.containerTotals),
    row('Local Volumes', report.volumeTotals),
    // nothing is built here yet
    row('Build Cache', { count: 0, active: 0, size: 0, reclaimable: 0 }),
  ]
  out(formatRows(rows, columns, format))
}

function row(type: string, { count, active, size, reclaimable }: Totals): Row {
  const share = size > 0 && type !== 'Build Cache' ? ` (${Math.floor((reclaimable * 100) / size)}%)` : ''
  return {
    Type: type,
    TotalCount: String(count),
    Active: String(active),
    Size: humanSize(size),
    Reclaimable: `${humanSize(reclaimable)}${share}`,
  }
}

/** A table for each kind. */
function details({ images, containers, volumes }: DiskReport): string {
  const ago = (time: string) => `${humanDuration((Date.now() - Date.parse(time)) / 1000)} ago`
  const imageRows = images.map(({ image, size, shared, containers: count }) => {
    const reference = image.reference === undefined ? undefined : parseReference(image.reference)
    return [
      ...[reference ? familiarName(reference) : '<none>', reference?.tag ?? '<none>'],
      ...[image.id.slice(7, 19), image.created ? ago(image.created) : 'N/A'],
      ...[size, shared, size - shared].map((bytes) => humanSize(bytes)),
      String(count),
    ]
  })
  const containerRows = containers.map(({ state, size }) => [
    state.id.slice(0, 12),
    state.image,
    `"${shortened(state.command.join(' '), 20)}"`,
    String((state.mounts ?? []).filter(({ type }) => type === 'volume').length),
    ...[humanSize(size), ago(state.created), status(state), state.name],
  ])
  const volumeRows = volumes.map(({ name, links, size }) => [name, String(links), humanSize(size)])
  const heading = (text: string) => text.split(', ')
  return [
    'Images space usage:\n',
    table([
      heading('REPOSITORY, TAG, IMAGE ID, CREATED, SIZE, SHARED SIZE, UNIQUE SIZE, CONTAINERS'),
      ...imageRows,
    ]),
    '\nContainers space usage:\n',
    table([
      heading('CONTAINER ID, IMAGE, COMMAND, LOCAL VOLUMES, SIZE, CREATED, STATUS, NAMES'),
      ...containerRows,
    ]),
    '\nLocal Volumes space usage:\n',
    table([heading('VOLUME NAME, LINKS, SIZE'), ...volumeRows]),
    '\nBuild cache usage: 0B\n',
    table([heading('CACHE ID, CACHE TYPE, SIZE, CREATED, LAST USED, USAGE, SHARED')]),
  ].join('\n')
}
