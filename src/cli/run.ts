// gocker run: an image becomes a running container.

import { Command, InvalidArgumentError } from 'commander'
import { UserError } from '../container/user-error.ts'
import { addContainerFlags, type ContainerFlags, optionsOf } from './container-flags.ts'
import { addPullFlags, type PullFlags } from './pull-flags.ts'
import { needRoot } from './root.ts'
import type { Attached } from './run-container.ts'

export function command(): Command {
  const run = new Command('run')
    .description('Create and run a new container from an image')
    .usage('[OPTIONS] IMAGE [COMMAND] [ARG...]')
    .argument('<IMAGE>')
    .argument('[COMMAND...]')
    .passThroughOptions()
    .option('-a, --attach <list>', 'Attach to STDIN, STDOUT or STDERR', attached)
    .option('-d, --detach', 'Run container in background and print container ID', false)
    .option('--detach-keys <string>', 'Override the key sequence for detaching a container')
    .option('--explain', 'Print the calls that would make this container, and run nothing', false)
    .option('--trace', 'Print each call as it is made', false)
  return addPullFlags(addContainerFlags(run)).action(start)
}

function attached(text: string, before: readonly Attached[] = []): readonly Attached[] {
  const name = text.toLowerCase()
  if (name === 'stdin' || name === 'stdout' || name === 'stderr') return [...before, name]
  throw new InvalidArgumentError(
    `invalid argument "${text}" for "-a, --attach" flag: valid streams are STDIN, STDOUT and STDERR`,
  )
}

interface Flags extends ContainerFlags, PullFlags {
  readonly attach?: readonly Attached[]
  readonly detach: boolean
  readonly detachKeys?: string
  readonly explain: boolean
  readonly trace: boolean
}

async function start(image: string, command: readonly string[], flags: Flags): Promise<void> {
  const options = { ...optionsOf(flags), detached: flags.detach }
  if (flags.explain) {
    const { explain } = await import('./explain.ts')
    return explain({ image, command, options })
  }
  needRoot()
  const { pull, platform, quiet, detach, detachKeys, trace, attach, cidfile } = flags
  if (attach && detach)
    throw new UserError('Conflicting options: cannot specify both --attach and --detach', 125)
  if (options.tty && options.interactive && !detach && !process.stdin.isTTY) {
    throw new UserError('the input device is not a TTY')
  }
  if (trace && detach)
    throw new UserError(
      'Conflicting options: --trace shows calls of this process, and with --detach another one makes them',
      125,
    )
  if (trace) (await import('./trace.ts')).showTrace()
  const { runContainer } = await import('./run-container.ts')
  const request = {
    image,
    command,
    options,
    pull,
    platform,
    quiet,
    detach,
    detachKeys,
    attach,
    cidfile,
    here: trace,
  }
  process.exitCode = await runContainer(request)
}
