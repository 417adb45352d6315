// gocker save: images as an archive, for machines without a registry. Reads only.

import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { record } from '../container/events.ts'
import { places } from '../container/places.ts'
import { whileAdding } from '../image/layout.ts'
import { imagesToSave, savedImages } from '../image/save.ts'
import { openStore } from '../image/store.ts'
import { archiveOutput } from './archive-output.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('save')
    .description('Save one or more images to a tar archive (streamed to STDOUT by default)')
    .usage('[OPTIONS] IMAGE [IMAGE...]')
    .argument('<IMAGE...>')
    .option('-o, --output <string>', 'Write to a file, instead of STDOUT')
    .action(save)
}

function save(names: readonly string[], { output }: { output?: string }): void {
  needRoot()
  const write = archiveOutput(output, 'save')
  const store = openStore(places().root)
  // nobody may sweep a blob away while it goes out
  using _held = existsSync(store.imagesDir) ? whileAdding(store.imagesDir) : undefined
  const images = imagesToSave(store, names)
  write(savedImages(store, images))
  for (const { image } of images) record(places(), 'image', 'save', image.id, { name: image.id })
}
