// gocker tag: another name for an image.

import { Command } from 'commander'
import { record } from '../container/events.ts'
import { places } from '../container/places.ts'
import { familiar, parseReference } from '../image/reference.ts'
import { openStore } from '../image/store.ts'
import { tagImage } from '../image/tag.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('tag')
    .description('Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE')
    .usage('SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]')
    .argument('<SOURCE_IMAGE>')
    .argument('<TARGET_IMAGE>')
    .action((source: string, target: string) => {
      needRoot()
      const { id } = tagImage(openStore(places().root), source, target)
      record(places(), 'image', 'tag', id, { name: familiar(parseReference(target)) })
    })
}
