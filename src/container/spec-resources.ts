// The limits of a container, in the words of the runtime specification: config-linux.md, "Control groups". Pure.

import { defaultDevices } from '../cgroup/default-devices.ts'
import type { CpuLimit, DeviceRule, LinuxResources } from '../cgroup/resources.ts'
import type { RequestedDevice, RunOptions } from './options.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

const smallestMemory = 6 * 2 ** 20

/** What the command line asks for. @throws UserError for limits that contradict each other, or are too low */
export function resourcesOf(options: RunOptions): LinuxResources {
  const { resources } = options
  const cpu = cpuOf(options)
  const { blkioWeight, memoryReservation: reservation } = resources ?? {}
  const memory = options.memory === undefined ? {} : memoryOf(options, options.memory)
  return {
    ...(options.memory === undefined && reservation === undefined
      ? {}
      : { memory: { ...memory, reservation } }),
    ...(Object.keys(cpu).length === 0 ? {} : { cpu }),
    ...(options.pidsLimit === undefined ? {} : { pids: { limit: options.pidsLimit } }),
    ...(blkioWeight === undefined ? {} : { blockIO: { weight: blkioWeight } }),
    devices: options.privileged
      ? [{ allow: true, access: 'rwm' }]
      : [...defaultDevices, ...(resources?.devices ?? []).map(ruleOf)],
  }
}

function ruleOf({ type, major, minor, rights }: RequestedDevice): DeviceRule {
  return { allow: true, type, major, minor, access: rights }
}

function cpuOf({
  cpus,
  resources = { rlimits: [], sysctls: {}, devices: [], groups: [] },
}: RunOptions): CpuLimit {
  const { cpuQuota, cpuPeriod, cpuShares, cpusetCpus, cpusetMems } = resources
  if (cpus !== undefined && (cpuQuota !== undefined || cpuPeriod !== undefined))
    throw new UserError(
      'Conflicting options: Nano CPUs and CPU Period cannot both be set\n--cpus says both at once: use it alone.',
      ENGINE_FAILED,
    )
  return {
    ...(cpus === undefined ? {} : { quota: Math.round(cpus * 100_000), period: 100_000 }),
    ...(cpuQuota === undefined ? {} : { quota: cpuQuota }),
    ...(cpuPeriod === undefined ? {} : { period: cpuPeriod }),
    ...(cpuShares === undefined ? {} : { shares: cpuShares }),
    ...(cpusetCpus === undefined ? {} : { cpus: cpusetCpus }),
    ...(cpusetMems === undefined ? {} : { mems: cpusetMems }),
  }
}

/** Memory and swap together are twice the memory, unless said otherwise: as Docker. */
function memoryOf(options: RunOptions, memory: number): NonNullable<LinuxResources['memory']> {
  if (memory < smallestMemory) {
    throw new UserError(
      'Minimum memory limit allowed is 6MB\nWith less the kernel could not even start the program before it had to kill it.',
      ENGINE_FAILED,
    )
  }
  if (options.memorySwap !== undefined && options.memorySwap !== -1 && options.memorySwap < memory) {
    throw new UserError(
      'Minimum memoryswap limit should be larger than memory limit, see usage',
      ENGINE_FAILED,
    )
  }
  return { limit: memory, swap: options.memorySwap ?? 2 * memory }
}
