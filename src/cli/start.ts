// gocker start: containers that were created, or have ended, run once more.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { detachKeys } from '../container/detach-keys.ts'
import { sweep } from '../container/finish.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import type { State } from '../container/state.ts'
import { takeForStart } from '../container/take.ts'
import { UserError } from '../container/user-error.ts'
import { forEachName } from './for-each-name.ts'
import { needRoot } from './root.ts'
import { startAndStay, startSupervised } from './run-supervised.ts'

export function command(): Command {
  return new Command('start')
    .description('Start one or more stopped containers')
    .usage('[OPTIONS] CONTAINER [CONTAINER...]')
    .argument('<CONTAINER...>')
    .option('-a, --attach', 'Attach STDOUT/STDERR and forward signals', false)
    .option('-i, --interactive', "Attach container's STDIN", false)
    .option('--detach-keys <string>', 'Override the key sequence for detaching a container')
    .action(start)
}

interface Flags {
  readonly attach: boolean
  readonly interactive: boolean
  readonly detachKeys?: string
}

async function start(
  names: readonly string[],
  { attach, interactive, detachKeys: keys }: Flags,
): Promise<void> {
  needRoot()
  sweep(places(), hierarchy())
  if (!attach && !interactive)
    return forEachName(names, startOne, (failed) => `failed to start containers: ${failed.join(', ')}`)
  if (names.length > 1) throw new UserError('you cannot start and attach multiple containers at once')
  const sequence = detachKeys(keys)
  const state = await takeForStart(places(), hierarchy(), find(places(), names[0]!).id)
  if (state === undefined) throw new UserError(`container ${names[0]} is running: see gocker attach`)
  const { tty, interactive: hasInput } = state.options
  const options = { tty, interactive: interactive && hasInput, signals: true, keys: sequence }
  const end = await startAndStay(places(), state.id, options).catch((error) => {
    // its own statuses are for the program
    throw error instanceof UserError ? new UserError(error.message) : error
  })
  process.exitCode = end === 'detached' ? 0 : end
}

async function startOne(name: string): Promise<string> {
  await startAgain(find(places(), name))
  return name
}

/** Start the container, and leave it to its supervisor. One that runs is left as it is. */
export async function startAgain(state: State): Promise<void> {
  if (await takeForStart(places(), hierarchy(), state.id)) await startSupervised(places(), state.id)
}
