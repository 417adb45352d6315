// gocker run: an image becomes a running container.

import { cpus } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import type { RunOptions } from '../container/options.ts'
import { bytes } from '../container/units.ts'
import { UserError } from '../container/user-error.ts'
import { readEnvironment } from './environment.ts'
import { needRoot } from './root.ts'
import { workdirOf } from './workdir.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

/** The command with its flags: Docker's, and the spellings of the Gocker that is written in Go. */
export function command(): Command {
  return new Command('run')
    .description('Create and run a new container from an image')
    .usage('[OPTIONS] IMAGE [COMMAND] [ARG...]')
    .argument('<IMAGE>')
    .argument('[COMMAND...]')
    .passThroughOptions()
    .option('-i, --interactive', 'Keep STDIN open', false)
    .option('-t, --tty', 'Allocate a pseudo-TTY', false)
    .option('--rm', 'Automatically remove the container when it exits', false)
    .option('--name <string>', 'Assign a name to the container')
    .option('-e, --env <list>', 'Set environment variables', several)
    .option('--env-file <list>', 'Read in a file of environment variables', several)
    .option('-w, --workdir <string>', 'Working directory inside the container')
    .option('-u, --user <string>', 'Username or UID (format: <name|uid>[:<group|gid>])')
    .option('-h, --hostname <string>', 'Container host name')
    .option('--entrypoint <string>', 'Overwrite the default ENTRYPOINT of the image')
    .option('-m, --memory <bytes>', 'Memory limit', size('-m, --memory'))
    .option(
      '--memory-swap <bytes>',
      "Swap limit equal to memory plus swap: '-1' to enable unlimited swap",
      size('--memory-swap'),
    )
    .option('--cpus <decimal>', 'Number of CPUs', decimal)
    .option('--pids-limit <int>', 'Tune container pids limit (set -1 for unlimited)', integer('--pids-limit'))
    .option('--mem <MB>', 'As --memory, in megabytes', megabytes)
    .option('--swap <MB>', 'Swap besides the memory, in megabytes', megabytes)
    .option('--pids <int>', 'As --pids-limit', integer('--pids'))
    .option('--read-only', "Mount the container's root filesystem as read only", false)
    .option('--tmpfs <list>', 'Mount a tmpfs directory', several)
    .option(
      '--network <network>',
      'Connect a container to a network: bridge, none or host',
      network,
      'bridge',
    )
    .option('--dns <list>', 'Set custom DNS servers', several)
    .option('--cap-add <list>', 'Add Linux capabilities', several)
    .option('--cap-drop <list>', 'Drop Linux capabilities', several)
    .option('--privileged', 'Give extended privileges to this container', false)
    .option('--security-opt <list>', 'Security Options: no-new-privileges', several)
    .option('--pull <policy>', 'Pull image before running: always, missing or never', pullPolicy, 'missing')
    .option('--platform <string>', 'Set platform if the image has several, as linux/arm64')
    .option('--explain', 'Print the calls that would make this container, and run nothing', false)
    .option('--trace', 'Print each call as it is made', false)
    .action(run)
}

interface Flags {
  readonly interactive: boolean
  readonly tty: boolean
  readonly rm: boolean
  readonly name?: string
  readonly env?: readonly string[]
  readonly envFile?: readonly string[]
  readonly workdir?: string
  readonly user?: string
  readonly hostname?: string
  readonly entrypoint?: string
  readonly memory?: number
  readonly memorySwap?: number
  readonly cpus?: number
  readonly pidsLimit?: number
  readonly mem?: number
  readonly swap?: number
  readonly pids?: number
  readonly readOnly: boolean
  readonly tmpfs?: readonly string[]
  readonly network: RunOptions['network']
  readonly dns?: readonly string[]
  readonly capAdd?: readonly string[]
  readonly capDrop?: readonly string[]
  readonly privileged: boolean
  readonly securityOpt?: readonly string[]
  readonly pull: 'always' | 'missing' | 'never'
  readonly platform?: string
  readonly explain: boolean
  readonly trace: boolean
}

async function run(image: string, command: readonly string[], flags: Flags): Promise<void> {
  const options = optionsOf(flags)
  if (flags.explain) {
    const { explain } = await import('./explain.ts')
    return explain({ image, command, options })
  }
  needRoot()
  if (options.tty && options.interactive && !process.stdin.isTTY) {
    throw new UserError('cannot attach stdin to a TTY-enabled container because stdin is not a terminal', 1)
  }
  if (flags.trace) (await import('./trace.ts')).showTrace()
  const { runContainer } = await import('./run-container.ts')
  process.exitCode = await runContainer({
    image,
    command,
    options,
    pull: flags.pull,
    platform: flags.platform,
  })
}

function optionsOf(flags: Flags): RunOptions {
  const memory = flags.memory ?? flags.mem
  if (flags.memorySwap !== undefined && memory === undefined) {
    throw new UserError('You should always set the Memory limit when using Memoryswap limit, see usage', 125)
  }
  const memorySwap =
    flags.memorySwap ?? (flags.swap !== undefined && memory !== undefined ? memory + flags.swap : undefined)
  const pidsLimit = flags.pidsLimit ?? flags.pids
  return {
    name: flags.name,
    hostname: flags.hostname,
    env: readEnvironment(flags.envFile ?? [], flags.env ?? []),
    workdir: workdirOf(flags.workdir),
    user: flags.user,
    entrypoint: flags.entrypoint,
    interactive: flags.interactive,
    tty: flags.tty,
    rm: flags.rm,
    memory: memory === 0 ? undefined : memory,
    memorySwap: memorySwap === 0 ? undefined : memorySwap,
    cpus: cpusOf(flags),
    pidsLimit: pidsLimit === 0 ? undefined : pidsLimit,
    readOnly: flags.readOnly,
    tmpfs: flags.tmpfs ?? [],
    network: flags.network,
    dns: (flags.dns ?? []).map(nameServer),
    capAdd: flags.capAdd ?? [],
    capDrop: flags.capDrop ?? [],
    privileged: flags.privileged,
    noNewPrivileges: noNewPrivileges(flags.securityOpt ?? []),
  }
}

/** None of them is as good as no limit; more than there are would be none, too. */
function cpusOf({ cpus: wanted, explain }: Flags): number | undefined {
  if (wanted === undefined || wanted === 0) return undefined
  const count = cpus().length
  if (!explain && (wanted < 0.01 || wanted > count)) {
    throw new UserError(
      `range of CPUs is from 0.01 to ${count}.00, as there are only ${count} CPUs available`,
      125,
    )
  }
  return wanted
}

function nameServer(text: string): string {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text) || /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text)) return text
  throw new UserError(
    `invalid argument "${text}" for "--dns" flag: IP address is not correctly formatted: ${text}`,
    125,
  )
}

function noNewPrivileges(options: readonly string[]): boolean {
  return options.some((option) => {
    if (['no-new-privileges', 'no-new-privileges=true', 'no-new-privileges:true'].includes(option))
      return true
    if (['no-new-privileges=false', 'no-new-privileges:false'].includes(option)) return false
    throw new UserError(
      `invalid --security-opt: ${option}\nno-new-privileges is the one that there is here.`,
      125,
    )
  })
}

function size(flag: string): (text: string) => number {
  return (text) => {
    try {
      return bytes(text)
    } catch {
      throw invalid(text, flag, `invalid size: '${text}'`)
    }
  }
}

function megabytes(text: string): number {
  if (!/^\d+$/.test(text)) return size('--mem')(text)
  return Number(text) * 2 ** 20
}

function decimal(text: string): number {
  if (!/^\d*\.?\d+$/.test(text)) throw invalid(text, '--cpus', `failed to parse ${text} as a rational number`)
  return Number(text)
}

function integer(flag: string): (text: string) => number {
  return (text) => {
    if (!/^-?\d+$/.test(text)) throw invalid(text, flag, `parsing "${text}": invalid syntax`)
    return Number(text)
  }
}

function network(text: string): RunOptions['network'] {
  if (text === 'bridge' || text === 'none' || text === 'host') return text
  if (text === 'default') return 'bridge'
  throw new UserError(`network ${text} not found\nThere are bridge, none and host.`, 125)
}

function pullPolicy(text: string): Flags['pull'] {
  if (text === 'always' || text === 'missing' || text === 'never') return text
  throw new UserError(`invalid pull option: '${text}': must be one of "always", "missing" or "never"`, 125)
}

function invalid(text: string, flag: string, why: string): InvalidArgumentError {
  return new InvalidArgumentError(`invalid argument "${text}" for "${flag}" flag: ${why}`)
}
