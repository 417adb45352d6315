// gocker load: images from an archive that save wrote, or Docker, Podman or skopeo.

import { createReadStream } from 'node:fs'
import { isatty } from 'node:tty'
import { setFlagsFromString } from 'node:v8'
import { Command } from 'commander'
import { addingImage } from '../container/adding-image.ts'
import { record } from '../container/events.ts'
import { places } from '../container/places.ts'
import { UserError } from '../container/user-error.ts'
import { type Loaded, loadImages } from '../image/load.ts'
import { familiar, parseReference } from '../image/reference.ts'
import { endOnSignals } from './end-on-signals.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('load')
    .description('Load an image from a tar archive or STDIN')
    .usage('[OPTIONS]')
    .option('-i, --input <string>', 'Read from tar archive file, instead of STDIN')
    .option('-q, --quiet', 'Suppress the load output', false)
    .action(load)
}

async function load({ input }: { input?: string }): Promise<void> {
  needRoot()
  if (input === undefined && isatty(0)) throw new UserError('requested load from stdin, but stdin is empty')
  // to unpack layers, the optimizing compiler pays
  setFlagsFromString('--opt')
  endOnSignals()
  const source = input === undefined ? process.stdin : createReadStream(input)
  for (const one of await addingImage(places(), (store) => loadImages(store, source))) tell(one)
}

function tell({ image, name, renamed }: Loaded): void {
  const short = name && familiar(parseReference(name))
  if (renamed)
    out(`The image ${short} already exists, renaming the old one with ID ${renamed} to empty string`)
  out(short ? `Loaded image: ${short}` : `Loaded image ID: ${image.id}`)
  record(places(), 'image', 'load', image.id, { name: short ?? image.id })
}
