// Flags for what a container may use besides memory, processors and processes: --ulimit, --sysctl, --device, --shm-size,
// --oom-score-adj, and the finer settings of its control group.

import { type Command, InvalidArgumentError } from 'commander'
import { deviceOf } from '../container/host-devices.ts'
import type { ResourceOptions } from '../container/options.ts'
import { type Rlimit, rlimitNumbers } from '../container/process-limits.ts'
import { bytes } from '../container/units.ts'
import { ENGINE_FAILED, UserError } from '../container/user-error.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export interface ResourceFlags {
  readonly ulimit?: readonly string[]
  readonly sysctl?: readonly string[]
  readonly device?: readonly string[]
  readonly groupAdd?: readonly string[]
  readonly shmSize?: string
  readonly oomScoreAdj?: number
  readonly cpusetCpus?: string
  readonly cpusetMems?: string
  readonly cpuShares?: number
  readonly cpuQuota?: number
  readonly cpuPeriod?: number
  readonly blkioWeight?: number
  readonly memoryReservation?: string
}

export function addResourceFlags(command: Command): Command {
  return command
    .option('--ulimit <ulimit>', 'Ulimit options', several)
    .option('--sysctl <map>', 'Sysctl options', several)
    .option('--device <list>', 'Add a host device to the container', several)
    .option('--group-add <list>', 'Add additional groups to join', several)
    .option('--shm-size <bytes>', 'Size of /dev/shm')
    .option(
      '--oom-score-adj <int>',
      "Tune host's OOM preferences (-1000 to 1000)",
      integer('--oom-score-adj'),
    )
    .option('--cpuset-cpus <string>', 'CPUs in which to allow execution (0-3, 0,1)')
    .option('--cpuset-mems <string>', 'MEMs in which to allow execution (0-3, 0,1)')
    .option('-c, --cpu-shares <int>', 'CPU shares (relative weight)', integer('--cpu-shares'))
    .option('--cpu-quota <int>', 'Limit CPU CFS (Completely Fair Scheduler) quota', integer('--cpu-quota'))
    .option('--cpu-period <int>', 'Limit CPU CFS (Completely Fair Scheduler) period', integer('--cpu-period'))
    .option(
      '--blkio-weight <uint16>',
      'Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)',
      integer('--blkio-weight'),
    )
    .option('--memory-reservation <bytes>', 'Memory soft limit')
}

function integer(flag: string): (text: string) => number {
  return (text) => {
    if (/^-?\d+$/.test(text)) return Number(text)
    throw new InvalidArgumentError(
      `invalid argument "${text}" for "${flag}" flag: parsing "${text}": invalid syntax`,
    )
  }
}

/** @throws UserError in Docker's words, for what makes no sense */
export function resourceOptions(flags: ResourceFlags): ResourceOptions {
  const { oomScoreAdj, blkioWeight = 0 } = flags
  if (oomScoreAdj !== undefined && Math.abs(oomScoreAdj) > 1000)
    throw new UserError(
      `Invalid value ${oomScoreAdj}, range for oom score adj is [-1000, 1000]`,
      ENGINE_FAILED,
    )
  if (blkioWeight !== 0 && (blkioWeight < 10 || blkioWeight > 1000))
    throw new UserError('Range of blkio weight is from 10 to 1000', ENGINE_FAILED)
  return {
    rlimits: (flags.ulimit ?? []).map(rlimit),
    sysctls: Object.fromEntries((flags.sysctl ?? []).map(sysctl)),
    devices: (flags.device ?? []).map(device),
    groups: flags.groupAdd ?? [],
    // without a limit it could take all memory: 0 is what is usual, as in Docker
    shmSize: (flags.shmSize && bytes(flags.shmSize)) || undefined,
    oomScoreAdj,
    cpusetCpus: flags.cpusetCpus,
    cpusetMems: flags.cpusetMems,
    cpuShares: flags.cpuShares || undefined,
    cpuQuota: flags.cpuQuota || undefined,
    cpuPeriod: flags.cpuPeriod || undefined,
    blkioWeight: blkioWeight || undefined,
    memoryReservation: flags.memoryReservation === undefined ? undefined : bytes(flags.memoryReservation),
  }
}

/** `nofile=1024:2048`; one number is for both. */
function rlimit(text: string): Rlimit {
  const [, name = '', soft, hard] = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text) ?? []
  if (soft === undefined)
    throw new UserError(
      `invalid argument "${text}" for "--ulimit" flag: invalid ulimit argument: ${text}`,
      ENGINE_FAILED,
    )
  if (!Object.hasOwn(rlimitNumbers, name))
    throw new UserError(
      `invalid argument "${text}" for "--ulimit" flag: invalid ulimit type: ${name}`,
      ENGINE_FAILED,
    )
  const limit = { type: `RLIMIT_${name.toUpperCase()}`, soft: Number(soft), hard: Number(hard ?? soft) }
  if (limit.hard >= 0 && (limit.soft > limit.hard || limit.soft < 0))
    throw new UserError(
      `invalid argument "${text}" for "--ulimit" flag: ulimit soft limit must be less than or equal to hard limit: ${limit.soft} > ${limit.hard}`,
      ENGINE_FAILED,
    )
  return limit
}

function sysctl(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at <= 0)
    throw new UserError(
      `invalid argument "${text}" for "--sysctl" flag: ${text} is not of the form key=value`,
      ENGINE_FAILED,
    )
  return [text.slice(0, at), text.slice(at + 1)]
}

/** `/dev/sda[:/dev/xvda][:rwm]` */
function device(text: string) {
  const [host = '', second, third] = text.split(':')
  const isRights = (part: string | undefined) => part !== undefined && /^[rwm]{1,3}$/.test(part)
  const rights = isRights(third) ? third! : isRights(second) && third === undefined ? second! : 'rwm'
  if (third !== undefined && !isRights(third))
    throw new UserError(`bad mode specified: ${third}\nIt is made of r, w and m.`, ENGINE_FAILED)
  const path = second?.startsWith('/') ? second : host
  if (!path.startsWith('/'))
    throw new UserError(
      `invalid argument "${text}" for "--device" flag: ${text} is not an absolute path`,
      ENGINE_FAILED,
    )
  const node = deviceOf(host)
  if (node === undefined)
    throw new UserError(
      `error gathering device information while adding custom device "${host}": no such file or directory, or not a device`,
      ENGINE_FAILED,
    )
  return { ...node, path, rights }
}
