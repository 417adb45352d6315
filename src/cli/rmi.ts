// gocker rmi: images that are no longer wanted. One that a container uses stays.

import { Command } from 'commander'
import { record } from '../container/events.ts'
import { inUse } from '../container/image-use.ts'
import { type Places, places } from '../container/places.ts'
import { list, status } from '../container/state.ts'
import { UserError } from '../container/user-error.ts'
import { withTag } from '../image/reference.ts'
import { removeImage } from '../image/remove.ts'
import { type Image, openStore } from '../image/store.ts'
import { forEachName, MissingAnyway } from './for-each-name.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('rmi')
    .description('Remove one or more images')
    .usage('[OPTIONS] IMAGE [IMAGE...]')
    .argument('<IMAGE...>')
    .option('-f, --force', 'Force removal of the image', false)
    .action((names: readonly string[], { force }: { force: boolean }) => {
      needRoot()
      forEachName(names, (name) => remove(name, force))
    })
}

/** @returns what was removed, in Docker's words */
function remove(name: string, force: boolean): string {
  const here = places()
  const store = openStore(here.root)
  const image = store.look(name)
  if (!image) throw new (force ? MissingAnyway : UserError)(`No such image: ${withTag(name)}`)
  const users = list(here).filter(({ imageId }) => imageId === image.id)
  const running = users.find((state) => status(state) === 'running')
  const user = running ?? (force ? undefined : users[0])
  const others = store.list().filter(({ id, reference }) => id === image.id && reference !== image.reference)
  if (user && others.length === 0) throw new UserError(conflict(name, image, user.id, running !== undefined))
  const lines = removeImage(store, name, { layersInUse: inUse(here).layersInUse, force })
  tell(here, image.id, lines)
  return lines.join('\n')
}

function conflict(name: string, image: Image, container: string, runs: boolean): string {
  const id = image.id.replace('sha256:', '').slice(0, 12)
  return runs
    ? `conflict: unable to remove repository reference "${name}" (cannot be forced) - container ${container.slice(0, 12)} is using its referenced image ${id}`
    : `conflict: unable to remove repository reference "${name}" (must force) - container ${container.slice(0, 12)} is using its referenced image ${id}`
}

/** One event for each name that went, and one for the image itself. */
function tell(here: Places, id: string, lines: readonly string[]): void {
  for (const line of lines) {
    const name = /^Untagged: ([^@]+)$/.exec(line)?.[1]
    if (name !== undefined) record(here, 'image', 'untag', id, { name })
    if (line === `Deleted: ${id}`) record(here, 'image', 'delete', id, { name: id })
  }
}
