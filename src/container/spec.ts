// The OCI runtime specification's config.json, as far as it is used here, in its own field names: the middle of the
// way from image to process. It is plain data; plan.ts turns it into calls.
// https://github.com/opencontainers/runtime-spec/blob/main/config.md

import type { LinuxResources } from '../cgroup/resources.ts'
import type { NamespaceType } from '../namespaces/kinds.ts'
import type { IdMapping } from '../namespaces/user.ts'
import type { DeviceNode } from '../rootfs/dev.ts'
import type { Mount } from '../rootfs/mounts.ts'
import type { ProcessCapabilities } from '../security/capabilities.ts'
import type { LinuxSeccomp } from '../security/seccomp-profile.ts'
import type { Rlimit } from './process-limits.ts'

export interface Spec {
  readonly ociVersion: string
  readonly hostname?: string
  readonly domainname?: string
  readonly process: Process
  readonly root: { readonly path: string; readonly readonly: boolean }
  readonly mounts: readonly Mount[]
  readonly linux: Linux
  readonly annotations?: Readonly<Record<string, string>>
}

export interface Process {
  readonly terminal: boolean
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly cwd: string
  readonly user: User
  readonly capabilities: ProcessCapabilities
  readonly noNewPrivileges: boolean
  readonly apparmorProfile?: string
  readonly selinuxLabel?: string
  readonly rlimits?: readonly Rlimit[]
  readonly oomScoreAdj?: number
}

export interface User {
  readonly uid: number
  readonly gid: number
  readonly additionalGids: readonly number[]
}

export interface Linux {
  readonly namespaces: readonly { readonly type: NamespaceType; readonly path?: string }[]
  /** With a namespace of type `user`: who its users are outside. */
  readonly uidMappings?: readonly IdMapping[]
  readonly gidMappings?: readonly IdMapping[]
  readonly cgroupsPath: string
  /** Besides the default ones. */
  readonly devices: readonly DeviceNode[]
  readonly resources: LinuxResources
  /** The SELinux label of its files. */
  readonly mountLabel?: string
  readonly maskedPaths: readonly string[]
  readonly readonlyPaths: readonly string[]
  readonly sysctl: Readonly<Record<string, string>>
  /** Without it, every call may be made. */
  readonly seccomp?: LinuxSeccomp
}
