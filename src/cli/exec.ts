// gocker exec: a further program in a running container.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { accompany } from '../container/accompany.ts'
import { detachKeys, watchFor } from '../container/detach-keys.ts'
import { recordOf } from '../container/events.ts'
import { type ExecOptions, execIn } from '../container/exec.ts'
import { find } from '../container/named.ts'
import { randomId } from '../container/names.ts'
import { places } from '../container/places.ts'
import { loadSpec, status } from '../container/state.ts'
import { nullStdio } from '../container/stdio.ts'
import { windowSize } from '../container/terminal.ts'
import { NOT_EXECUTABLE, UserError } from '../container/user-error.ts'
import { exitCode } from '../syscall/wait.ts'
import { readEnvironment } from './environment.ts'
import { err } from './print.ts'
import { needRoot } from './root.ts'
import { workdirOf } from './workdir.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function command(): Command {
  return new Command('exec')
    .description('Execute a command in a running container')
    .usage('[OPTIONS] CONTAINER COMMAND [ARG...]')
    .argument('<CONTAINER>')
    .argument('<COMMAND...>')
    .passThroughOptions()
    .option('-d, --detach', 'Detached mode: run command in the background', false)
    .option('--detach-keys <string>', 'Override the key sequence for detaching a container')
    .option('-i, --interactive', 'Keep STDIN open', false)
    .option('-t, --tty', 'Allocate a pseudo-TTY', false)
    .option('-e, --env <list>', 'Set environment variables', several)
    .option('--env-file <list>', 'Read in a file of environment variables', several)
    .option('-w, --workdir <string>', 'Working directory inside the container')
    .option('-u, --user <string>', 'Username or UID (format: <name|uid>[:<group|gid>])')
    .option('--privileged', 'Give extended privileges to the command', false)
    .option('--trace', 'Print each call as it is made', false)
    .action(exec)
}

interface Flags {
  readonly detach: boolean
  readonly detachKeys?: string
  readonly privileged: boolean
  readonly interactive: boolean
  readonly tty: boolean
  readonly env?: readonly string[]
  readonly envFile?: readonly string[]
  readonly workdir?: string
  readonly user?: string
  readonly trace: boolean
}

async function exec(name: string, args: readonly string[], flags: Flags): Promise<void> {
  needRoot()
  const state = find(places(), name)
  if (status(state) === 'paused')
    throw new UserError(`Container ${name} is paused, unpause the container before exec`)
  if (status(state) === 'restarting')
    throw new UserError(`Container ${state.id} is restarting, wait until the container is running`)
  if (status(state) !== 'running') throw new UserError(`container ${state.id} is not running`)
  if (flags.tty && flags.interactive && !flags.detach && !process.stdin.isTTY) {
    throw new UserError('the input device is not a TTY')
  }
  if (flags.trace) (await import('./trace.ts')).showTrace()
  const { tty, interactive, user } = flags
  const workdir = workdirOf(flags.workdir, NOT_EXECUTABLE)
  const keys = detachKeys(flags.detachKeys)
  const env = readEnvironment(flags.envFile ?? [], flags.env ?? [])
  const { privileged, detach } = flags
  const options = { args, interactive, tty, env, workdir, user, privileged }
  const execId = randomId()
  const tell = (action: string, attributes = {}) =>
    recordOf(places(), state, action, { execID: execId, ...attributes })
  const start = (how: ExecOptions) => {
    tell(`exec_create: ${args.join(' ')}`)
    try {
      const started = execIn(state, loadSpec(places(), state.id), hierarchy(), how, windowSize())
      started.stdio.started()
      tell(`exec_start: ${args.join(' ')}`)
      return started
    } catch (error) {
      throw refused(error, detach)
    }
  }
  if (detach) {
    const { master } = start({ ...options, stdio: tty ? undefined : nullStdio(), outlives: true })
    if (master !== undefined) (await import('../container/terminal-holder.ts')).holdTerminal(master)
    return
  }
  const canLeave = tty && interactive
  const started = start({ ...options, outlives: canLeave })
  const watch = canLeave ? watchFor(keys) : undefined
  const end = await accompany(started, started.stdio, { interactive, watch })
  if (end !== 'detached') {
    process.exitCode = exitCode(end)
    tell('exec_die', { exitCode: String(process.exitCode) })
    return
  }
  ;(await import('../container/terminal-holder.ts')).holdTerminal(started.master!)
  err('read escape sequence')
  // our end of the terminal is still read from
  process.exit(0)
}

/** In Docker's statuses: 1 if nobody waits for it anyway, and 126 for what is not about the program. */
function refused(error: unknown, detach: boolean): unknown {
  if (detach && error instanceof UserError) return new UserError(error.message)
  const isPlain = error instanceof Error && error.constructor === Error
  return isPlain ? new UserError(error.message, NOT_EXECUTABLE) : error
}
