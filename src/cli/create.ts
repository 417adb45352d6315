// gocker create: a container that does not run yet.

import { Command } from 'commander'
import { places } from '../container/places.ts'
import { update } from '../container/state.ts'
import { ENGINE_FAILED, UserError } from '../container/user-error.ts'
import { addContainerFlags, type ContainerFlags, optionsOf } from './container-flags.ts'
import { out } from './print.ts'
import { addPullFlags, type PullFlags } from './pull-flags.ts'
import { needRoot } from './root.ts'
import { create } from './run-container.ts'

export function command(): Command {
  const create = new Command('create')
    .description('Create a new container')
    .usage('[OPTIONS] IMAGE [COMMAND] [ARG...]')
    .argument('<IMAGE>')
    .argument('[COMMAND...]')
    .passThroughOptions()
  return addPullFlags(addContainerFlags(create)).action(run)
}

/** What the engine refuses is status 1 here: 125 says of `run` that its program never ran, and of `create` nothing. */
async function created(...args: Parameters<typeof create>): ReturnType<typeof create> {
  try {
    return await create(...args)
  } catch (error) {
    if (error instanceof UserError && error.exitCode === ENGINE_FAILED) throw new UserError(error.message)
    throw error
  }
}

async function run(
  image: string,
  command: readonly string[],
  flags: ContainerFlags & PullFlags,
): Promise<void> {
  const options = optionsOf(flags)
  needRoot()
  const here = places()
  const { state } = await created(here, {
    image,
    command,
    options,
    pull: flags.pull,
    platform: flags.platform,
    quiet: flags.quiet,
    cidfile: flags.cidfile,
  })
  // nobody watches over what does not run
  update(here, state.id, (before) => ({ ...before, engine: undefined }))
  out(state.id)
}
