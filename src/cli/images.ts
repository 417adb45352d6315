// gocker images: what the store has.

import { Command } from 'commander'
import { places } from '../container/places.ts'
import { humanDuration, humanSize } from '../container/units.ts'
import { familiarName, parseReference } from '../image/reference.ts'
import { type Image, openStore } from '../image/store.ts'
import { type Column, formatRows, type Row } from './format.ts'
import { hasName, imageFilter } from './image-filter.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'
import { timeText } from './time-text.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function command(): Command {
  return new Command('images')
    .description('List images')
    .usage('[OPTIONS] [REPOSITORY[:TAG]]')
    .argument('[REPOSITORY]')
    .option('-a, --all', 'Show all images: there are no hidden ones here', false)
    .option('-q, --quiet', 'Only show image IDs', false)
    .option('--no-trunc', "Don't truncate output")
    .option('-f, --filter <filter>', 'Filter output based on conditions provided', several)
    .option('--digests', 'Show digests', false)
    .option('--format <string>', "'table', 'json', or a template as {{.Repository}}")
    .action(images)
}

interface Flags {
  readonly quiet: boolean
  readonly filter?: readonly string[]
  readonly trunc: boolean
  readonly digests: boolean
  readonly format?: string
}

const columns: readonly Column[] = [
  { heading: 'REPOSITORY', field: 'Repository' },
  { heading: 'TAG', field: 'Tag' },
  { heading: 'IMAGE ID', field: 'ID' },
  { heading: 'CREATED', field: 'CreatedSince' },
  { heading: 'SIZE', field: 'Size' },
]

function images(wanted: string | undefined, flags: Flags): void {
  needRoot()
  const store = openStore(places().root)
  const all = store
    .list()
    .filter(imageFilter(flags.filter ?? [], store))
    .toSorted((a, b) => (a.created < b.created ? 1 : -1))
  const fitting = wanted !== undefined && /[*?[]/.test(wanted) ? all.filter((i) => hasName(i, wanted)) : all
  const rows = fitting
    .map((image) => row(image, flags.trunc))
    .filter((one) => fitting !== all || matches(one, wanted))
  const shown = flags.digests ? columns.toSpliced(2, 0, { heading: 'DIGEST', field: 'Digest' }) : columns
  const text = flags.quiet ? rows.map(({ ID }) => ID).join('\n') : formatRows(rows, shown, flags.format)
  if (text !== '') out(text)
}

function row(image: Image, trunc: boolean): Row {
  const reference = image.reference === undefined ? undefined : parseReference(image.reference)
  const hex = image.id.replace('sha256:', '')
  return {
    Repository: reference ? familiarName(reference) : '<none>',
    Tag: reference?.tag ?? '<none>',
    ID: trunc ? hex.slice(0, 12) : image.id,
    Digest: image.repoDigest,
    CreatedAt: image.created ? timeText(image.created) : 'N/A',
    CreatedSince: image.created
      ? `${humanDuration((Date.now() - Date.parse(image.created)) / 1000)} ago`
      : 'N/A',
    Size: humanSize(image.size, 3),
  }
}

function matches(one: Row, wanted: string | undefined): boolean {
  if (wanted === undefined) return true
  const reference = parseReference(wanted)
  const hasTag = /:[^/]+$/.test(wanted)
  return one.Repository === familiarName(reference) && (!hasTag || one.Tag === reference.tag)
}
