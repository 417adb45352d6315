// gocker image prune: images that nobody needs. Those that a container was made from stay, and so do their layers.

import { Command } from 'commander'
import { inUse, recordRemoved } from '../container/image-use.ts'
import { places } from '../container/places.ts'
import { humanSize } from '../container/units.ts'
import { sweepImages } from '../image/remove.ts'
import { openStore } from '../image/store.ts'
import { confirm } from './confirm.ts'
import { pruneFilter } from './image-filter.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function command(): Command {
  return new Command('prune')
    .description('Remove unused images')
    .usage('[OPTIONS]')
    .option('-a, --all', 'Remove all unused images, not just dangling ones', false)
    .option('--filter <filter>', 'Provide filter values (e.g. "until=<timestamp>")', several)
    .option('-f, --force', 'Do not prompt for confirmation', false)
    .action(prune)
}

interface Flags {
  readonly all: boolean
  readonly filter?: readonly string[]
  readonly force: boolean
}

async function prune({ all, filter = [], force }: Flags): Promise<void> {
  const fits = pruneFilter(filter)
  // Docker's other way to say --all
  const isAll = all || filter.some((text) => /^dangling=(false|0)$/.test(text))
  needRoot()
  const which = isAll ? 'all images without at least one container associated to them' : 'all dangling images'
  if (!force && !(await confirm(`WARNING! This will remove ${which}.`))) return
  const { removed, images, bytes } = sweepImages(openStore(places().root), {
    all: isAll,
    ...inUse(places()),
    fits: isAll ? pruneFilter(filter.filter((text) => !text.startsWith('dangling='))) : fits,
  })
  recordRemoved(places(), images)
  // here, and not with rmi, Docker writes them small
  const lines = removed.map((line) => line.replace(/^\w+:/, (word) => word.toLowerCase()))
  if (lines.length > 0) out(`Deleted Images:\n${lines.join('\n')}\n`)
  out(`Total reclaimed space: ${humanSize(bytes)}`)
}
