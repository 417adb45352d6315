// gocker pull: an image from a registry into the store.

import { Command } from 'commander'
import { places } from '../container/places.ts'
import { canonical, parseReference } from '../image/reference.ts'
import { isTiny, makeTiny } from './find-or-pull.ts'
import { out } from './print.ts'
import { pullImage } from './pull-image.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('pull')
    .description('Download an image from a registry')
    .usage('[OPTIONS] NAME[:TAG|@DIGEST]')
    .argument('<NAME>')
    .option('-q, --quiet', 'Suppress verbose output', false)
    .option('--platform <string>', 'Set platform if the image has several, as linux/arm64')
    .action(async (name: string, { quiet, platform }: { quiet: boolean; platform?: string }) => {
      const reference = canonical(parseReference(name))
      needRoot()
      const { root } = places()
      if (isTiny(name)) await makeTiny(root)
      else await pullImage({ name, platform, stream: process.stdout, quiet })
      out(reference)
    })
}
