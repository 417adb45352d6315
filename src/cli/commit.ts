// gocker commit: a container, as it is now, becomes an image.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { addingImage } from '../container/adding-image.ts'
import { commit } from '../container/commit.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { UserError } from '../container/user-error.ts'
import { canonical, parseReference } from '../image/reference.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function command(): Command {
  return new Command('commit')
    .description("Create a new image from a container's changes")
    .usage('[OPTIONS] CONTAINER [REPOSITORY[:TAG]]')
    .argument('<CONTAINER>')
    .argument('[REPOSITORY]')
    .option('-a, --author <string>', 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")')
    .option('-c, --change <list>', 'Apply Dockerfile instruction to the created image', several)
    .option('-m, --message <string>', 'Commit message')
    .option('-p, --pause', 'Pause container during commit', true)
    .option('--no-pause', 'Let it go on during commit')
    .action(run)
}

interface Flags {
  readonly author?: string
  readonly change?: readonly string[]
  readonly message?: string
  readonly pause: boolean
}

async function run(container: string, name: string | undefined, flags: Flags): Promise<void> {
  const reference = name === undefined ? undefined : parseReference(name)
  if (reference?.digest) throw new UserError('cannot commit to digest reference')
  needRoot()
  const state = find(places(), container)
  const options = {
    author: flags.author,
    message: flags.message,
    changes: flags.change ?? [],
    pauses: flags.pause,
    reference: reference && canonical(reference),
  }
  const { id } = await addingImage(places(), () => commit(places(), hierarchy(), state, options))
  out(id)
}
