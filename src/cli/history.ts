// gocker history: the steps that an image was made in, the newest first, and what each added. Reads only.

import { Command } from 'commander'
import { places } from '../container/places.ts'
import { humanDuration, humanSize } from '../container/units.ts'
import { UserError } from '../container/user-error.ts'
import type { HistoryEntry } from '../image/manifest.ts'
import { withTag } from '../image/reference.ts'
import { type Image, layerSize, openStore } from '../image/store.ts'
import { layerName } from '../overlay/layer-name.ts'
import { type Column, formatRows, type Row } from './format.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'
import { shortened } from './table.ts'

export function command(): Command {
  return new Command('history')
    .description('Show the history of an image')
    .usage('[OPTIONS] IMAGE')
    .argument('<IMAGE>')
    .option('-H, --human', 'Print sizes and dates in human readable format', true)
    .option('--no-human', 'Print them as numbers')
    .option('-q, --quiet', 'Only show image IDs', false)
    .option('--no-trunc', "Don't truncate output")
    .option('--format <string>', "'table', 'json', or a template as {{.CreatedBy}}")
    .action(history)
}

interface Flags {
  readonly human: boolean
  readonly quiet: boolean
  readonly trunc: boolean
  readonly format?: string
}

const columns: readonly Column[] = [
  { heading: 'IMAGE', field: 'ID' },
  { heading: 'CREATED', field: 'CreatedSince' },
  { heading: 'CREATED BY', field: 'CreatedBy' },
  { heading: 'SIZE', field: 'Size' },
  { heading: 'COMMENT', field: 'Comment' },
]

function history(name: string, flags: Flags): void {
  needRoot()
  const { layersDir, look } = openStore(places().root)
  const image = look(name)
  if (!image) throw new UserError(`No such image: ${withTag(name)}`)
  const steps = withSizes(image, layersDir)
  const rows = steps.map((step, i) => row(step, i === 0 ? image.id : undefined, flags))
  const text = flags.quiet ? rows.map(({ ID }) => ID).join('\n') : formatRows(rows, columns, flags.format)
  if (text !== '') out(text)
}

interface Step extends HistoryEntry {
  readonly size: number
}

/** The newest first. A step without a layer added nothing; layers that no step tells of are steps all the same. */
function withSizes({ config }: Image, layersDir: string): Step[] {
  const sizes = config.rootfs.diff_ids.map((diffId) => layerSize(layersDir, layerName(diffId)))
  const told = (config.history ?? []).map((entry) => ({
    ...entry,
    size: entry.empty_layer ? 0 : (sizes.shift() ?? 0),
  }))
  const untold = sizes.map((size) => ({ created: config.created, size }))
  return [...told, ...untold].reverse()
}

function row(step: Step, id: string | undefined, { human, trunc }: Flags): Row {
  const { created = '', created_by = '', comment = '', size } = step
  const by = created_by.replaceAll('\t', ' ')
  const since = created ? `${humanDuration((Date.now() - Date.parse(created)) / 1000)} ago` : 'N/A'
  return {
    ID: id === undefined ? '<missing>' : trunc ? id.slice(7, 19) : id,
    CreatedSince: human ? since : created,
    CreatedAt: created,
    CreatedBy: trunc ? shortened(by, 45) : by,
    Size: human ? humanSize(size, 3) : String(size),
    Comment: comment,
  }
}
