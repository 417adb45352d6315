// HostConfig, as `inspect` shows it: what was asked for on the command line, in Docker's field names. What there is no
// flag for has the value that it has in Docker without that flag.

import type { Places } from '../container/places.ts'
import type { Spec } from '../container/spec.ts'
import { loadSpec, type State } from '../container/state.ts'
import type { IdMapping } from '../namespaces/user.ts'
import { networkConfig } from './inspect-network.ts'
import { nilList, orNil, unsaidMap } from './nil.ts'

const usualShm = 64 * 2 ** 20

export function hostConfig(here: Places, state: State): object {
  const { options } = state
  const { linux, root } = loadSpec(here, state.id)
  const binds = (options.mounts ?? []).flatMap((mount) => ('bind' in mount && mount.bind ? [mount.bind] : []))
  return {
    Binds: orNil(binds),
    ContainerIDFile: options.cidfile ?? '',
    LogConfig: { Type: options.log?.driver ?? 'json-file', Config: options.log?.given ?? {} },
    ...networkConfig(state),
    RestartPolicy: {
      Name: options.restart?.when ?? 'no',
      MaximumRetryCount: options.restart?.most ?? 0,
    },
    AutoRemove: state.autoRemove,
    VolumeDriver: '',
    VolumesFrom: orNil(
      (options.volumesFrom ?? []).map(({ container, readOnly }) =>
        readOnly === undefined ? container : `${container}:${readOnly ? 'ro' : 'rw'}`,
      ),
    ),
    ConsoleSize: [0, 0],
    CapAdd: orNil(options.capAdd.map(capability)),
    CapDrop: orNil(options.capDrop.map(capability)),
    CgroupnsMode: 'private',
    GroupAdd: orNil(options.resources?.groups ?? []),
    IpcMode: 'private',
    Cgroup: '',
    Links: nilList,
    OomScoreAdj: options.resources?.oomScoreAdj ?? 0,
    PidMode: '',
    Privileged: options.privileged,
    ReadonlyRootfs: root.readonly,
    SecurityOpt: options.securityOpt ?? nilList,
    Tmpfs: options.tmpfs.length === 0 ? unsaidMap : Object.fromEntries(options.tmpfs.map(atColon)),
    UTSMode: '',
    UsernsMode: options.usernsHost ? 'host' : '',
    ...idMappings(linux),
    ShmSize: options.resources?.shmSize ?? usualShm,
    Sysctls: sysctlsOf(state),
    Runtime: 'gocker',
    Isolation: '',
    ...resources(here, state),
    ...(options.init === true ? { Init: true } : { Init: null }),
    CgroupParent: '/gocker',
    MaskedPaths: linux.maskedPaths,
    ReadonlyPaths: linux.readonlyPaths,
  }
}

function resources(here: Places, { id, options }: State): object {
  const { memory, cpu, pids } = loadSpec(here, id).linux.resources
  const asked = options.resources
  return {
    CpuShares: asked?.cpuShares ?? 0,
    Memory: memory?.limit ?? 0,
    NanoCpus: options.cpus && cpu?.quota ? Math.round((cpu.quota / (cpu.period ?? 100_000)) * 1e9) : 0,
    BlkioWeight: asked?.blkioWeight ?? 0,
    CpuPeriod: asked?.cpuPeriod ?? 0,
    CpuQuota: asked?.cpuQuota ?? 0,
    CpusetCpus: asked?.cpusetCpus ?? '',
    CpusetMems: asked?.cpusetMems ?? '',
    Devices: (asked?.devices ?? []).map(({ path, rights }) => ({
      PathOnHost: path,
      PathInContainer: path,
      CgroupPermissions: rights,
    })),
    MemoryReservation: asked?.memoryReservation ?? 0,
    MemorySwap: memory?.swap ?? 0,
    MemorySwappiness: null,
    OomKillDisable: false,
    PidsLimit: pids?.limit ?? null,
    Ulimits: (asked?.rlimits ?? []).map(({ type, soft, hard }) => ({
      Name: type.replace('RLIMIT_', '').toLowerCase(),
      Hard: hard,
      Soft: soft,
    })),
  }
}

function sysctlsOf({ options }: State): object {
  const sysctls = options.resources?.sysctls ?? {}
  return Object.keys(sysctls).length === 0 ? unsaidMap : sysctls
}

/** Podman's words, as Docker has none for a container: all of its containers have the same. */
function idMappings({ uidMappings, gidMappings }: Spec['linux']): object {
  const shown = (one: IdMapping) => `${one.containerID}:${one.hostID}:${one.size}`
  if (!uidMappings || !gidMappings) return {}
  return { IDMappings: { UidMap: uidMappings.map(shown), GidMap: gidMappings.map(shown) } }
}

/** `CAP_NET_ADMIN`, `ALL` */
function capability(text: string): string {
  const name = text.toUpperCase()
  return name === 'ALL' || name.startsWith('CAP_') ? name : `CAP_${name}`
}

/** `/run:size=1m` */
function atColon(text: string): [string, string] {
  const at = text.indexOf(':')
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
