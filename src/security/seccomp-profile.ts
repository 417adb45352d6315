// Profiles: which calls a container may make, as JSON in Docker's format. It is the OCI runtime specification's
// linux.seccomp with conditions: a rule may hold only for some capabilities, processors or kernels. `profileRules` decides
// these for one container, and what is left is the specification's own. Pure; nothing of the kernel is touched here.
// https://docs.docker.com/engine/security/seccomp/, moby/profiles, seccomp/seccomp.go; runtime-spec, config-linux.md

import type { Arch } from '../syscall/numbers.ts'

/** `linux.seccomp` of the runtime specification. */
export interface LinuxSeccomp {
  /** What becomes of a call that no rule is about. */
  readonly defaultAction: Action
  readonly defaultErrnoRet?: number
  /** The kinds of programs that the rules are for; any other is killed at its first call. */
  readonly architectures?: readonly string[]
  readonly flags?: readonly string[]
  readonly syscalls?: readonly Rule[]
}

export interface Rule {
  readonly names: readonly string[]
  readonly action: Action
  /** What the call returns with ERRNO (EPERM unless said), and what the tracer is told with TRACE. */
  readonly errnoRet?: number
  /** All of them must hold. */
  readonly args?: readonly Condition[]
}

export interface Condition {
  /** Which argument, from 0. */
  readonly index: number
  /** 64 bits without a sign; a bigint where a number could not hold them. */
  readonly value: number | bigint
  /** With MASKED_EQ: what is left of the argument by the mask `value` must be this. */
  readonly valueTwo?: number | bigint
  readonly op: Operator
}

export const actions = {
  SCMP_ACT_KILL: 'kill the thread',
  SCMP_ACT_KILL_THREAD: 'kill the thread',
  SCMP_ACT_KILL_PROCESS: 'kill the process',
  SCMP_ACT_TRAP: 'send SIGSYS',
  SCMP_ACT_ERRNO: 'refuse',
  SCMP_ACT_TRACE: 'ask the tracer',
  SCMP_ACT_LOG: 'allow, and write it into the kernel’s log',
  SCMP_ACT_ALLOW: 'allow',
} as const
export type Action = keyof typeof actions

/** With what an argument is compared, as people write it. */
export const operators = {
  SCMP_CMP_NE: '≠',
  SCMP_CMP_LT: '<',
  SCMP_CMP_LE: '≤',
  SCMP_CMP_EQ: '=',
  SCMP_CMP_GE: '≥',
  SCMP_CMP_GT: '>',
  SCMP_CMP_MASKED_EQ: '&',
} as const
export type Operator = keyof typeof operators

/** A profile, as it is written. */
export interface Profile extends LinuxSeccomp {
  /** Instead of `architectures`: for each kind of machine, what programs of other kinds run on it, too. */
  readonly archMap?: readonly {
    readonly architecture: string
    readonly subArchitectures?: readonly string[]
  }[]
  readonly syscalls?: readonly ProfileRule[]
}

export interface ProfileRule extends Rule {
  readonly comment?: string
  readonly includes?: Circumstances
  readonly excludes?: Circumstances
}

/** A rule with `includes` holds only if all of it is so; with `excludes` only if none of it is. */
export interface Circumstances {
  readonly caps?: readonly string[]
  readonly arches?: readonly string[]
  /** `4.8` */
  readonly minKernel?: string
}

/** What decides which rules hold. */
export interface Setting {
  /** What the container may get: its bounding set. */
  readonly capabilities: readonly string[]
  readonly processor: Arch
  /** As uname(2) gives it; without one, as new as can be. */
  readonly kernel?: string
}

const machineNames: Readonly<Record<Arch, { readonly oci: string; readonly short: string }>> = {
  x64: { oci: 'SCMP_ARCH_X86_64', short: 'amd64' },
  arm64: { oci: 'SCMP_ARCH_AARCH64', short: 'arm64' },
}

/** The rules of `profile` that hold for one container. */
export function profileRules(profile: Profile, setting: Setting): LinuxSeccomp {
  const { defaultAction, defaultErrnoRet, flags, archMap = [], syscalls = [] } = profile
  const { oci } = machineNames[setting.processor]
  const mapped = archMap.find(({ architecture }) => architecture === oci)
  const architectures = mapped
    ? [mapped.architecture, ...(mapped.subArchitectures ?? [])]
    : profile.architectures
  return {
    defaultAction,
    ...(defaultErrnoRet === undefined ? {} : { defaultErrnoRet }),
    ...(architectures === undefined ? {} : { architectures }),
    ...(flags === undefined ? {} : { flags }),
    syscalls: syscalls.filter((rule) => holds(rule, setting)).map(plainRule),
  }
}

function plainRule({ names, action, errnoRet, args }: ProfileRule): Rule {
  return {
    names,
    action,
    ...(errnoRet === undefined ? {} : { errnoRet }),
    ...(args === undefined || args.length === 0 ? {} : { args }),
  }
}

/** Does the rule hold for this container? */
export function holds({ includes = {}, excludes = {} }: ProfileRule, setting: Setting): boolean {
  const { short } = machineNames[setting.processor]
  const has = (capability: string) => setting.capabilities.includes(capability)
  const isNew = (minimum: string) => isAtLeast(setting.kernel, minimum)
  if (excludes.arches?.includes(short)) return false
  if (excludes.caps?.some(has)) return false
  if (excludes.minKernel && isNew(excludes.minKernel)) return false
  if (includes.arches?.length && !includes.arches.includes(short)) return false
  if (includes.caps && !includes.caps.every(has)) return false
  return !(includes.minKernel && !isNew(includes.minKernel))
}

/** Only the first two numbers of a version count. */
function isAtLeast(release: string | undefined, minimum: string): boolean {
  if (release === undefined) return true
  const [version = 0, revision = 0] = (/^(\d+)\.(\d+)/.exec(release) ?? []).slice(1).map(Number)
  const [least = 0, leastRevision = 0] = minimum.split('.').map(Number)
  return version > least || (version === least && revision >= leastRevision)
}
