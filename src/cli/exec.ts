// gocker exec: a further program in a running container.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { accompany } from '../container/accompany.ts'
import { execIn } from '../container/exec.ts'
import { places } from '../container/places.ts'
import { find, loadSpec, status } from '../container/state.ts'
import { windowSize } from '../container/terminal.ts'
import { UserError } from '../container/user-error.ts'
import { exitCode } from '../syscall/wait.ts'
import { readEnvironment } from './environment.ts'
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
    .option('-i, --interactive', 'Keep STDIN open', false)
    .option('-t, --tty', 'Allocate a pseudo-TTY', false)
    .option('-e, --env <list>', 'Set environment variables', several)
    .option('--env-file <list>', 'Read in a file of environment variables', several)
    .option('-w, --workdir <string>', 'Working directory inside the container')
    .option('-u, --user <string>', 'Username or UID (format: <name|uid>[:<group|gid>])')
    .option('--trace', 'Print each call as it is made', false)
    .action(exec)
}

interface Flags {
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
  if (status(state) !== 'running') throw new UserError(`container ${state.id} is not running`)
  if (flags.tty && flags.interactive && !process.stdin.isTTY) {
    throw new UserError('cannot attach stdin to a TTY-enabled container because stdin is not a terminal', 1)
  }
  if (flags.trace) (await import('./trace.ts')).showTrace()
  const { tty, interactive, user } = flags
  const workdir = workdirOf(flags.workdir)
  const env = readEnvironment(flags.envFile ?? [], flags.env ?? [])
  const options = { args, interactive, tty, env, workdir, user }
  const started = execIn(state, loadSpec(places(), state.id), hierarchy(), options, windowSize())
  started.stdio.started()
  process.exitCode = exitCode(await accompany(started, started.stdio, interactive))
}
