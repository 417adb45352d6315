// What the command line of `run` asks for, understood but not yet looked up anywhere: numbers are numbers, in the
// units of the kernel. Every field is as given; what was not said is absent.

import type { PortRequest } from '../network/ports.ts'
import type { DeviceNode } from '../rootfs/dev.ts'
import type { Profile } from '../security/seccomp-profile.ts'
import type { EndpointRequest } from './endpoint.ts'
import type { HealthOptions } from './health.ts'
import type { MountRequest } from './mount-request.ts'
import type { Rlimit } from './process-limits.ts'

export interface RunOptions {
  readonly name?: string
  readonly hostname?: string
  /** What follows the host name in its full one. */
  readonly domainname?: string
  readonly env: readonly string[]
  readonly workdir?: string
  /** `user[:group]`, by name or number */
  readonly user?: string
  readonly entrypoint?: string
  readonly interactive: boolean
  readonly tty: boolean
  readonly rm: boolean
  /** Nobody is beside it when it begins. */
  readonly detached?: boolean
  /** Where its id was written to. */
  readonly cidfile?: string
  /** Process 1 is an init of ours, and the program its child. */
  readonly init?: boolean
  /** bytes */
  readonly memory?: number
  /** bytes of memory and swap together, -1 for no limit */
  readonly memorySwap?: number
  readonly cpus?: number
  /** -1 for no limit */
  readonly pidsLimit?: number
  readonly readOnly: boolean
  /** `/path` or `/path:options` */
  readonly tmpfs: readonly string[]
  /** `bridge`, `none`, `host`, `container:NAME`, or the name of a network */
  readonly network: string
  /** The networks to be on, with what is wanted there; one, or several that somebody has made. */
  readonly endpoints?: readonly EndpointRequest[]
  readonly publish?: readonly PortRequest[]
  /** Publish whatever the image or `expose` names, at any free ports. */
  readonly publishAll?: boolean
  /** `80/tcp` */
  readonly expose?: readonly string[]
  readonly dns: readonly string[]
  readonly dnsSearch?: readonly string[]
  readonly dnsOptions?: readonly string[]
  readonly extraHosts?: readonly ExtraHost[]
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
  readonly privileged: boolean
  /** Its root shall be somebody else on the host: `default`, `USER[:GROUP]` or `UID[:GID]`. */
  readonly usernsRemap?: string
  /** It was said that its root shall be the host's, whatever is usual. */
  readonly usernsHost?: boolean
  readonly noNewPrivileges: boolean
  /** What of /proc and /sys is hidden or read-only in every other container is not in this one. */
  readonly systemPaths?: 'unconfined'
  /** Which calls it may make: without it the usual ones, and all with `privileged`. */
  readonly seccomp?: 'unconfined' | 'builtin' | Profile
  /** A profile of the host, or `unconfined`. */
  readonly apparmor?: string
  /** `disable`, or parts of labels: `type:container_t`. */
  readonly selinux?: readonly string[]
  /** `--security-opt`, as it was typed. */
  readonly securityOpt?: readonly string[]
  /** When it has ended, start it again? Without it: no. */
  readonly restart?: RestartPolicy
  /** What asks it to end, instead of what the image says, or SIGTERM. */
  readonly stopSignal?: string
  /** Seconds from that signal to SIGKILL; 10 unless said. */
  readonly stopTimeout?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly log?: LogOptions
  readonly mounts?: readonly MountRequest[]
  readonly volumesFrom?: readonly VolumesFrom[]
  readonly health?: HealthOptions
  readonly resources?: ResourceOptions
}

export interface ResourceOptions {
  readonly rlimits: readonly Rlimit[]
  readonly sysctls: Readonly<Record<string, string>>
  readonly devices: readonly RequestedDevice[]
  /** By name or number, besides those that the image gives to the user. */
  readonly groups: readonly string[]
  /** Bytes. */
  readonly shmSize?: number
  readonly oomScoreAdj?: number
  /** `0-3,5` */
  readonly cpusetCpus?: string
  readonly cpusetMems?: string
  readonly cpuShares?: number
  /** Microseconds. */
  readonly cpuQuota?: number
  readonly cpuPeriod?: number
  readonly blkioWeight?: number
  /** Bytes. */
  readonly memoryReservation?: number
}

/** A device of the host: the path is where the container sees it. */
export interface RequestedDevice extends DeviceNode {
  /** Of `r`ead, `w`rite and `m`knod. */
  readonly rights: string
}

/** A line for /etc/hosts. */
export interface ExtraHost {
  readonly name: string
  /** `host-gateway` is the host, as the container reaches it. */
  readonly address: string
}

/** The mounts of another container, at the same places. */
export interface VolumesFrom {
  readonly container: string
  /** As there, unless said. */
  readonly readOnly?: boolean
}

export interface RestartPolicy {
  readonly when: 'always' | 'unless-stopped' | 'on-failure'
  /** With `on-failure`: how often at most. */
  readonly most?: number
}

export interface LogOptions {
  readonly driver: 'json-file' | 'none'
  /** Bytes, after which a new file is begun; -1 for one file of any size. What holds without it: supervisor/log-file.ts */
  readonly maxSize?: number
  /** As it was given, in words. */
  readonly given?: Readonly<Record<string, string>>
  /** How many files are kept, the present one among them; 1 unless said. */
  readonly maxFiles?: number
}
