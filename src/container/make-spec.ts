// Image config and command line in, OCI runtime spec out. A pure function: it decides, and does nothing.

import { defaultDevices } from '../cgroup/default-devices.ts'
import type { CpuLimit, DeviceRule, LinuxResources } from '../cgroup/resources.ts'
import type { ImageConfig } from '../image/store.ts'
import type { NamespaceType } from '../namespaces/kinds.ts'
import type { IdMaps } from '../namespaces/owned.ts'
import { defaultMounts, type Mount } from '../rootfs/mounts.ts'
import { profileFor } from '../security/apparmor.ts'
import { capabilitySet, processCapabilities } from '../security/capabilities.ts'
import { maskedPaths, readonlyPaths } from '../security/masked-paths.ts'
import { defaultProfile } from '../security/seccomp-default.ts'
import { profileRules } from '../security/seccomp-profile.ts'
import { labelsFor } from '../security/selinux.ts'
import { groupIds, resolveUser } from '../security/users.ts'
import { arch } from '../syscall/numbers.ts'
import { initAnnotation } from './init.ts'
import type { Machine } from './machine.ts'
import type { Mounted } from './mount-request.ts'
import { specMounts } from './mounts.ts'
import type { RequestedDevice, RunOptions } from './options.ts'
import type { Spec } from './spec.ts'
import { checkedSysctls, usualSysctls } from './sysctls.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What of the world the decision needs: all of it looked up before. */
export interface Given {
  readonly id: string
  readonly config: ImageConfig
  /** What follows the image's name on the command line. */
  readonly command: readonly string[]
  /** The image's /etc/passwd and /etc/group. */
  readonly passwd: string | undefined
  readonly group: string | undefined
  /** Where the root file system will be put together. */
  readonly rootPath: string
  /** The path of the host's files that become /etc/resolv.conf, /etc/hostname and /etc/hosts. */
  readonly files: readonly { readonly source: string; readonly destination: string }[]
  /** What else is mounted: volumes, directories of the host. */
  readonly mounts: readonly Mounted[]
  /** Who its users are on the host, if not those with the same numbers. */
  readonly idMaps?: IdMaps
  /** undefined if nothing will be run. */
  readonly machine?: Machine
  readonly cgroupsPath: string
  /** The hostname of whoever's network is shared. */
  readonly hostname?: string
  readonly warn: (message: string) => void
}

/**
 * The spec of a container, by Docker's rules.
 * @throws UserError for a user, a capability or a command that there is not
 */
export function makeSpec(options: RunOptions, given: Given): Spec {
  const image = given.config.config ?? {}
  const args = commandOf(options, image, given.command)
  const user = resolveUser(options.user ?? image.User ?? '', given.passwd, given.group)
  const hostname = given.hostname ?? hostnameOf(options, given.id)
  const capabilities = capabilitySet({
    add: options.capAdd,
    drop: options.capDrop,
    privileged: options.privileged,
    available: given.machine?.capabilities,
  })
  for (const warning of capabilities.warnings) given.warn(warning)
  const labels = labelsFor(options.selinux ?? [], given.machine?.selinux(), given.id)
  return {
    ociVersion: '1.2.0',
    hostname,
    ...(options.domainname === undefined
      ? {}
      : { domainname: checkedName('domainname', options.domainname) }),
    process: {
      terminal: options.tty,
      args,
      env: environment(options, image.Env ?? [], hostname, user.home),
      cwd: options.workdir ?? (image.WorkingDir || '/'),
      user: {
        uid: user.uid,
        gid: user.gid,
        additionalGids: [...user.additionalGids, ...groupIds(options.resources?.groups ?? [], given.group)],
      },
      capabilities: processCapabilities(capabilities.names, user.uid),
      noNewPrivileges: options.noNewPrivileges,
      ...apparmorOf(options, given.machine),
      ...(labels ? { selinuxLabel: labels.process } : {}),
      rlimits: options.resources?.rlimits ?? [],
      oomScoreAdj: options.resources?.oomScoreAdj,
    },
    ...(options.init ? { annotations: { [initAnnotation]: 'true' } } : {}),
    root: { path: given.rootPath, readonly: options.readOnly },
    mounts: [
      ...standardMounts(options),
      ...fileMounts(given),
      ...tmpfsMounts(options.tmpfs),
      ...specMounts(given.mounts),
    ],
    linux: {
      namespaces: namespacesFor(options, given),
      ...(given.idMaps ? { uidMappings: given.idMaps.uid, gidMappings: given.idMaps.gid } : {}),
      cgroupsPath: given.cgroupsPath,
      devices: options.privileged ? (given.machine?.devices() ?? []) : (options.resources?.devices ?? []),
      resources: resourcesOf(options),
      ...(labels ? { mountLabel: labels.mount } : {}),
      ...coveredPaths(options, given.machine),
      sysctl: { ...usualSysctls(options), ...checkedSysctls(options) },
      ...seccompOf(options, capabilities.names, given.machine?.kernel),
    },
  }
}

/** With privileges, or if it is asked for, all of /proc and /sys is there as it is. */
function coveredPaths({ privileged, systemPaths }: RunOptions, machine: Machine | undefined) {
  if (privileged || systemPaths === 'unconfined') return { maskedPaths: [], readonlyPaths: [] }
  return { maskedPaths: [...maskedPaths, ...(machine?.thermalPaths ?? [])], readonlyPaths }
}

function apparmorOf({ apparmor, privileged }: RunOptions, machine: Machine | undefined) {
  const loaded = machine ? machine.apparmor() : apparmor === undefined ? [] : [apparmor]
  const profile = profileFor(apparmor, privileged, loaded)
  return profile === undefined ? {} : { apparmorProfile: profile }
}

/** The rules about calls: which of the profile's hold is decided by what the container may get. */
function seccompOf(
  { seccomp, privileged }: RunOptions,
  capabilities: readonly string[],
  kernel: string | undefined,
): Pick<Spec['linux'], 'seccomp'> {
  if (seccomp === 'unconfined' || (seccomp === undefined && privileged)) return {}
  const profile = seccomp === undefined || seccomp === 'builtin' ? defaultProfile : seccomp
  return { seccomp: profileRules(profile, { capabilities, processor: arch, kernel }) }
}

function hostnameOf({ hostname }: RunOptions, id: string): string {
  if (hostname === undefined || hostname === '') return id.slice(0, 12)
  return checkedName('hostname', hostname)
}

/** The kernel takes 64 bytes; and a line feed would begin a new line in /etc/hosts. sethostname(2), hosts(5) */
function checkedName(kind: 'hostname' | 'domainname', name: string): string {
  if (!/^[^\s\p{Cc}]+$/u.test(name) || Buffer.byteLength(name) > 64)
    throw new UserError(`invalid ${kind}: ${name}\nIt has at most 64 bytes, and no blanks.`, ENGINE_FAILED)
  return name
}

function commandOf(
  options: RunOptions,
  image: NonNullable<ImageConfig['config']>,
  command: readonly string[],
): string[] {
  const given = options.entrypoint
  // an entrypoint from the command line drops the image's command, too
  const entrypoint = given === undefined ? (image.Entrypoint ?? []) : given === '' ? [] : [given]
  const args = [
    ...entrypoint,
    ...(command.length > 0 ? command : given === undefined ? (image.Cmd ?? []) : []),
  ]
  if (args.length === 0)
    throw new UserError(
      'no command specified: the image names none, so put one behind the image',
      ENGINE_FAILED,
    )
  return args
}

/** Later ones win, but each variable keeps the place where it was first named, as in Docker. */
function environment(
  options: RunOptions,
  image: readonly string[],
  hostname: string,
  home: string,
): string[] {
  const variables = new Map<string, string>()
  const set = (text: string) => {
    const at = text.indexOf('=')
    if (at > 0) variables.set(text.slice(0, at), text.slice(at + 1))
  }
  set(defaultPath)
  set(`HOSTNAME=${hostname}`)
  if (options.tty) set('TERM=xterm')
  for (const text of image) set(text)
  for (const text of options.env) {
    if (text.includes('=')) set(text)
    else variables.delete(text)
  }
  if (!variables.has('HOME')) set(`HOME=${home}`)
  return [...variables].map(([key, value]) => `${key}=${value}`)
}

function namespacesFor({ network }: RunOptions, { idMaps }: Given): { type: NamespaceType }[] {
  const types: NamespaceType[] = ['mount', 'uts', 'ipc', 'pid', 'cgroup']
  if (network !== 'host') types.push('network')
  if (idMaps) types.push('user')
  return types.map((type) => ({ type }))
}

/** What runc mounts into every container; a privileged one may write to /sys and to its cgroup. */
function standardMounts(options: RunOptions): Mount[] {
  const shmSize = options.resources?.shmSize
  const mounts = defaultMounts.map((mount) =>
    mount.destination !== '/dev/shm' || shmSize === undefined
      ? mount
      : {
          ...mount,
          options: mount.options?.map((one) => (one.startsWith('size=') ? `size=${shmSize}` : one)),
        },
  )
  if (!options.privileged) return mounts
  return mounts.map((mount) => ({
    ...mount,
    options: mount.options?.filter((option) => option !== 'ro'),
  }))
}

function fileMounts(given: Given): Mount[] {
  return given.files.map(({ source, destination }) => ({
    destination,
    type: 'bind',
    source,
    options: ['rbind', 'rprivate'],
  }))
}

function tmpfsMounts(wanted: readonly string[]): Mount[] {
  return wanted.map((text) => {
    const at = text.indexOf(':')
    const destination = at === -1 ? text : text.slice(0, at)
    if (!destination.startsWith('/'))
      throw new UserError(`invalid mount path: '${destination}' mount path must be absolute`, ENGINE_FAILED)
    const asked = at === -1 ? [] : text.slice(at + 1).split(',')
    return { destination, type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'noexec', ...asked] }
  })
}

const smallestMemory = 6 * 2 ** 20

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
