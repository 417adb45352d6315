// Image config and command line in, OCI runtime spec out. A pure function: it decides, and does nothing.

import { defaultDevices } from '../cgroup/default-devices.ts'
import type { LinuxResources } from '../cgroup/resources.ts'
import type { ImageConfig } from '../image/store.ts'
import type { NamespaceType } from '../namespaces/kinds.ts'
import { defaultMounts, type Mount } from '../rootfs/mounts.ts'
import { capabilitySet, processCapabilities } from '../security/capabilities.ts'
import { maskedPaths, readonlyPaths } from '../security/masked-paths.ts'
import { resolveUser } from '../security/users.ts'
import type { Machine } from './machine.ts'
import type { RunOptions } from './options.ts'
import type { Spec } from './spec.ts'
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
  /** undefined if nothing will be run. */
  readonly machine?: Machine
  readonly cgroupsPath: string
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
  const hostname = hostnameOf(options, given.id)
  const capabilities = capabilitySet({
    add: options.capAdd,
    drop: options.capDrop,
    privileged: options.privileged,
    available: given.machine?.capabilities,
  })
  for (const warning of capabilities.warnings) given.warn(warning)
  return {
    ociVersion: '1.2.0',
    hostname,
    process: {
      terminal: options.tty,
      args,
      env: environment(options, image.Env ?? [], hostname, user.home),
      cwd: options.workdir ?? (image.WorkingDir || '/'),
      user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
      capabilities: processCapabilities(capabilities.names, user.uid),
      noNewPrivileges: options.noNewPrivileges,
    },
    root: { path: given.rootPath, readonly: options.readOnly },
    mounts: [...standardMounts(options), ...fileMounts(given), ...tmpfsMounts(options.tmpfs)],
    linux: {
      namespaces: namespacesFor(options),
      cgroupsPath: given.cgroupsPath,
      devices: options.privileged ? (given.machine?.devices() ?? []) : [],
      resources: resourcesOf(options),
      maskedPaths: options.privileged ? [] : [...maskedPaths, ...(given.machine?.thermalPaths ?? [])],
      readonlyPaths: options.privileged ? [] : readonlyPaths,
      sysctl:
        options.network === 'host'
          ? {}
          : { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' },
    },
  }
}

/** The kernel takes 64 bytes; and a line feed would begin a new line in /etc/hosts. sethostname(2), hosts(5) */
function hostnameOf({ hostname }: RunOptions, id: string): string {
  if (hostname === undefined || hostname === '') return id.slice(0, 12)
  if (!/^[^\s\p{Cc}]+$/u.test(hostname) || Buffer.byteLength(hostname) > 64) {
    throw new UserError(
      `invalid hostname: ${hostname}\nIt has at most 64 bytes, and no blanks.`,
      ENGINE_FAILED,
    )
  }
  return hostname
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

function namespacesFor(options: RunOptions): { type: NamespaceType }[] {
  const types: NamespaceType[] = ['mount', 'uts', 'ipc', 'pid', 'cgroup']
  if (options.network !== 'host') types.push('network')
  return types.map((type) => ({ type }))
}

/** What runc mounts into every container; a privileged one may write to /sys and to its cgroup. */
function standardMounts(options: RunOptions): Mount[] {
  if (!options.privileged) return [...defaultMounts]
  return defaultMounts.map((mount) => ({
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

function resourcesOf(options: RunOptions): LinuxResources {
  return {
    ...(options.memory === undefined ? {} : { memory: memoryOf(options, options.memory) }),
    ...(options.cpus === undefined
      ? {}
      : { cpu: { quota: Math.round(options.cpus * 100_000), period: 100_000 } }),
    ...(options.pidsLimit === undefined ? {} : { pids: { limit: options.pidsLimit } }),
    devices: options.privileged ? [{ allow: true, access: 'rwm' }] : defaultDevices,
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
