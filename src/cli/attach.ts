// gocker attach: our input, output and errors, connected with those of a container that runs.

import { Command } from 'commander'
import { detachKeys } from '../container/detach-keys.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { status } from '../container/state.ts'
import { UserError } from '../container/user-error.ts'
import { toOurs } from '../supervisor/attend.ts'
import { enter } from '../supervisor/conversation.ts'
import { hasDoor } from '../supervisor/socket.ts'
import { err } from './print.ts'
import { needRoot } from './root.ts'
import { stay } from './run-supervised.ts'

export function command(): Command {
  return new Command('attach')
    .description('Attach local standard input, output, and error streams to a running container')
    .usage('[OPTIONS] CONTAINER')
    .argument('<CONTAINER>')
    .option('--detach-keys <string>', 'Override the key sequence for detaching a container')
    .option('--no-stdin', 'Do not attach STDIN')
    .option('--sig-proxy <bool>', 'Proxy all received signals to the process', 'true')
    .action(attach)
}

interface Flags {
  readonly detachKeys?: string
  readonly stdin: boolean
  readonly sigProxy: string
}

async function attach(name: string, { detachKeys: keys, stdin, sigProxy }: Flags): Promise<void> {
  needRoot()
  const state = find(places(), name)
  if (status(state) === 'paused')
    throw new UserError('You cannot attach to a paused container, unpause it first')
  if (status(state) === 'restarting')
    throw new UserError('You cannot attach to a restarting container, wait until it is running')
  if (status(state) !== 'running') throw new UserError('cannot attach to a stopped container, start it first')
  if (!hasDoor(places(), state.id))
    throw new UserError(
      `${name} has the terminal or the pipes of the command that runs it: with --rm and without -d or -t, nobody else can attach to it\nTo have a program of your own in it: gocker exec -it ${name} sh. To be able to attach: gocker run -d --rm, and gocker attach.`,
    )
  const { tty, interactive } = state.options
  if (tty && interactive && stdin && !process.stdin.isTTY)
    throw new UserError('cannot attach stdin to a TTY-enabled container because stdin is not a terminal')
  const sequence = detachKeys(keys)
  const conversation = await enter(places(), state.id, toOurs(err))
  const end = await stay(conversation, {
    begin: async () => state.pid!,
    tty,
    interactive: interactive && stdin,
    signals: sigProxy !== 'false',
    keys: sequence,
  })
  if (end === 'detached') err('read escape sequence')
  else process.exitCode = end
}
