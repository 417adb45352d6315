// The flags that `run` and `create` share: Docker's, and the spellings of the Gocker that is written in Go. From words to
// the options of a container.

import { cpus } from 'node:os'
import { type Command, InvalidArgumentError } from 'commander'
import type { RunOptions } from '../container/options.ts'
import { bytes } from '../container/units.ts'
import { UserError } from '../container/user-error.ts'
import { linesOf, readEnvironment } from './environment.ts'
import { addHealthFlags, type HealthFlags, healthOptions } from './health-flags.ts'
import { labels, logOptions, restartPolicy, stopSignal } from './lifecycle-flags.ts'
import { mountFlag, volumeFlag, volumesFromFlag } from './mount-flags.ts'
import { addNetworkFlags, type NetworkFlags, networkOptions } from './network-flags.ts'
import { addResourceFlags, type ResourceFlags, resourceOptions } from './resource-flags.ts'
import { securityOptions } from './security-flags.ts'
import { workdirOf } from './workdir.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function addContainerFlags(command: Command): Command {
  return addResourceFlags(addHealthFlags(addNetworkFlags(command)))
    .option('-i, --interactive', 'Keep STDIN open', false)
    .option('-t, --tty', 'Allocate a pseudo-TTY', false)
    .option('--rm', 'Automatically remove the container when it exits', false)
    .option('--init', 'Run an init inside the container that forwards signals and reaps processes', false)
    .option('--cidfile <string>', 'Write the container ID to the file')
    .option('--name <string>', 'Assign a name to the container')
    .option('-e, --env <list>', 'Set environment variables', several)
    .option('--env-file <list>', 'Read in a file of environment variables', several)
    .option('-w, --workdir <string>', 'Working directory inside the container')
    .option('-u, --user <string>', 'Username or UID (format: <name|uid>[:<group|gid>])')
    .option('-h, --hostname <string>', 'Container host name')
    .option('--domainname <string>', 'Container NIS domain name')
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
    .option('--cap-add <list>', 'Add Linux capabilities', several)
    .option('--cap-drop <list>', 'Drop Linux capabilities', several)
    .option('--privileged', 'Give extended privileges to this container', false)
    .option('--userns <string>', 'User namespace to use: host is that of the host, whatever is usual')
    .option(
      '--userns-remap <string>',
      'Let root in the container be another user of the host: default, USER[:GROUP] or UID[:GID]',
    )
    .option(
      '--security-opt <list>',
      'Security Options: no-new-privileges, seccomp=FILE|unconfined|builtin, apparmor=PROFILE|unconfined, label=…, systempaths=unconfined',
      several,
    )
    .option('-v, --volume <list>', 'Bind mount a volume', several)
    .option('--mount <list>', 'Attach a filesystem mount to the container', several)
    .option('--volume-driver <string>', 'Volume driver for the container: local', volumeDriver)
    .option('--volumes-from <list>', 'Mount volumes from the specified container(s)', several)
    .option('--restart <policy>', 'Restart policy: no, on-failure[:max-retries], always, unless-stopped')
    .option('--stop-signal <string>', 'Signal to stop the container')
    .option('--stop-timeout <int>', 'Timeout (in seconds) to stop a container', integer('--stop-timeout'))
    .option('-l, --label <list>', 'Set meta data on a container', several)
    .option('--label-file <list>', 'Read in a line delimited file of labels', several)
    .option('--log-driver <string>', 'Logging driver for the container: json-file or none')
    .option('--log-opt <list>', 'Log driver options: max-size=…, max-file=…', several)
}

export interface ContainerFlags extends NetworkFlags, HealthFlags, ResourceFlags {
  readonly interactive: boolean
  readonly tty: boolean
  readonly rm: boolean
  readonly init: boolean
  readonly cidfile?: string
  readonly name?: string
  readonly env?: readonly string[]
  readonly envFile?: readonly string[]
  readonly workdir?: string
  readonly user?: string
  readonly domainname?: string
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
  readonly capAdd?: readonly string[]
  readonly capDrop?: readonly string[]
  readonly privileged: boolean
  readonly userns?: string
  readonly usernsRemap?: string
  readonly securityOpt?: readonly string[]
  readonly volume?: readonly string[]
  readonly mount?: readonly string[]
  readonly volumesFrom?: readonly string[]
  readonly restart?: string
  readonly stopSignal?: string
  readonly stopTimeout?: number
  readonly label?: readonly string[]
  readonly labelFile?: readonly string[]
  readonly logDriver?: string
  readonly logOpt?: readonly string[]
  /** The list is only printed: what this machine has does not matter. */
  readonly explain?: boolean
}

/** @throws UserError in Docker's words, for what makes no sense */
export function optionsOf(flags: ContainerFlags): RunOptions {
  const memory = flags.memory ?? flags.mem
  if (flags.memorySwap !== undefined && memory === undefined) {
    throw new UserError('You should always set the Memory limit when using Memoryswap limit, see usage', 125)
  }
  const memorySwap =
    flags.memorySwap ?? (flags.swap !== undefined && memory !== undefined ? memory + flags.swap : undefined)
  const pidsLimit = flags.pidsLimit ?? flags.pids
  return {
    name: flags.name || undefined,
    hostname: flags.hostname,
    domainname: flags.domainname || undefined,
    env: readEnvironment(flags.envFile ?? [], flags.env ?? []),
    workdir: workdirOf(flags.workdir),
    user: flags.user,
    entrypoint: flags.entrypoint,
    interactive: flags.interactive,
    tty: flags.tty,
    rm: flags.rm,
    cidfile: flags.cidfile,
    init: flags.init,
    memory: memory === 0 ? undefined : memory,
    memorySwap: memorySwap === 0 ? undefined : memorySwap,
    cpus: cpusOf(flags),
    pidsLimit: pidsLimit === 0 ? undefined : pidsLimit,
    readOnly: flags.readOnly,
    tmpfs: flags.tmpfs ?? [],
    ...networkOptions(flags),
    capAdd: flags.capAdd ?? [],
    capDrop: flags.capDrop ?? [],
    privileged: flags.privileged,
    ...securityOptions(flags.securityOpt),
    ...userNamespaceOf(flags),
    mounts: [...(flags.volume ?? []).map(volumeFlag), ...(flags.mount ?? []).map(mountFlag)],
    volumesFrom: (flags.volumesFrom ?? []).map(volumesFromFlag),
    health: healthOptions(flags),
    resources: resourceOptions(flags),
    restart: restartPolicy(flags.restart, flags.rm),
    stopSignal: stopSignal(flags.stopSignal),
    stopTimeout: flags.stopTimeout,
    labels: labels([...(flags.labelFile ?? []).flatMap(linesOf), ...(flags.label ?? [])]),
    log: logOptions(flags.logDriver, flags.logOpt ?? []),
  }
}

/** Volumes are directories of this machine. */
function volumeDriver(text: string): string {
  if (text === '' || text === 'local') return text
  throw new UserError(`error looking up volume plugin ${text}: plugin "${text}" not found`, 125)
}

/** None of them is as good as no limit; more than there are would be none, too. */
function cpusOf({ cpus: wanted, explain }: ContainerFlags): number | undefined {
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

/** What is usual for this machine is in the environment, as dockerd has it in its settings. */
function userNamespaceOf({
  userns,
  usernsRemap = process.env.GOCKER_USERNS_REMAP || undefined,
}: ContainerFlags): Pick<RunOptions, 'usernsRemap' | 'usernsHost'> {
  if (userns === undefined || userns === '') return { usernsRemap }
  if (userns !== 'host') throw new UserError(`--userns: invalid USER mode`, 125)
  return { usernsHost: true }
}

export function size(flag: string): (text: string) => number {
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

export function decimal(text: string): number {
  if (!/^\d*\.?\d+$/.test(text)) throw invalid(text, '--cpus', `failed to parse ${text} as a rational number`)
  return Number(text)
}

export function integer(flag: string): (text: string) => number {
  return (text) => {
    if (!/^-?\d+$/.test(text)) throw invalid(text, flag, `parsing "${text}": invalid syntax`)
    return Number(text)
  }
}

function invalid(text: string, flag: string, why: string): InvalidArgumentError {
  return new InvalidArgumentError(`invalid argument "${text}" for "${flag}" flag: ${why}`)
}
