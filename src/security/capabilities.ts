// Capabilities: what root may do, cut into 41 pieces. A container's root gets the 14 that Docker gives; the rest is
// what would make it root of the host. Only `availableCapabilities` reads anything; nothing is changed here.
// capabilities(7), linux/capability.h

import { readFileSync } from 'node:fs'

/** All capabilities; the number of each is its place. linux/capability.h, Linux 5.9 */
export const allCapabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_DAC_READ_SEARCH',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_LINUX_IMMUTABLE',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_BROADCAST',
  'CAP_NET_ADMIN',
  'CAP_NET_RAW',
  'CAP_IPC_LOCK',
  'CAP_IPC_OWNER',
  'CAP_SYS_MODULE',
  'CAP_SYS_RAWIO',
  'CAP_SYS_CHROOT',
  'CAP_SYS_PTRACE',
  'CAP_SYS_PACCT',
  'CAP_SYS_ADMIN',
  'CAP_SYS_BOOT',
  'CAP_SYS_NICE',
  'CAP_SYS_RESOURCE',
  'CAP_SYS_TIME',
  'CAP_SYS_TTY_CONFIG',
  'CAP_MKNOD',
  'CAP_LEASE',
  'CAP_AUDIT_WRITE',
  'CAP_AUDIT_CONTROL',
  'CAP_SETFCAP',
  'CAP_MAC_OVERRIDE',
  'CAP_MAC_ADMIN',
  'CAP_SYSLOG',
  'CAP_WAKE_ALARM',
  'CAP_BLOCK_SUSPEND',
  'CAP_AUDIT_READ',
  'CAP_PERFMON',
  'CAP_BPF',
  'CAP_CHECKPOINT_RESTORE',
] as const

/** A capability by its name in the header. */
export type Capability = (typeof allCapabilities)[number]

/** What Docker leaves to a container's root. moby, daemon/pkg/oci/caps */
export const defaultCapabilities: readonly Capability[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
]

/** The number of a capability. */
export function numberOf(capability: Capability): number {
  return allCapabilities.indexOf(capability)
}

/**
 * The capability of that very name, as the OCI runtime specification has them.
 * @throws Error if there is none
 */
export function capabilityOf(name: string): Capability {
  const known = allCapabilities.find((one) => one === name)
  if (!known) throw new Error(`unknown capability: "${name}"`)
  return known
}

/** The set as a mask, bit n for capability n. */
export function capabilityMask(capabilities: readonly string[]): bigint {
  return capabilities.reduce((mask, name) => mask | (1n << BigInt(numberOf(capabilityOf(name)))), 0n)
}

/** The names behind a mask, in the order of their numbers. Bits that have no name here are left out. */
export function namesOf(mask: bigint): Capability[] {
  return allCapabilities.filter((_, n) => (mask >> BigInt(n)) & 1n)
}

export interface Wish {
  /** `--cap-add`: names with or without `CAP_`, in any case, or ALL. */
  readonly add?: readonly string[]
  /** `--cap-drop`, written likewise. */
  readonly drop?: readonly string[]
  /** `--privileged`: all there are. */
  readonly privileged?: boolean
  /** What can be given at all: `availableCapabilities()`, or everything where nothing will be run. */
  readonly available?: readonly Capability[]
}

export interface CapabilitySet {
  /** What the container gets. */
  readonly names: readonly Capability[]
  /** What it would get on another machine, and this process does not have itself. */
  readonly missing: readonly Capability[]
  /** A sentence about the missing, for the user to read; empty if there are none. */
  readonly warnings: readonly string[]
}

/**
 * The capabilities of a container, as Docker counts them: ALL added is everything but what is dropped; ALL dropped is
 * only what is added; else Docker's 14 without the dropped and with the added. What belongs to `ALL`,
 * `privileged` or the default and is not to be had is in `missing`; what was asked for by its name must be there.
 * @throws Error for an unknown name, or one asked for that is not available
 */
export function capabilitySet(wish: Wish): CapabilitySet {
  const available = wish.available ?? allCapabilities
  const add = readNames(wish.add ?? [], 'CapAdd')
  const drop = readNames(wish.drop ?? [], 'CapDrop')
  const named = add.filter((name) => name !== 'ALL')
  const refused = wish.privileged ? undefined : named.find((name) => !available.includes(name))
  if (refused) {
    throw new Error(
      `The capability ${refused} cannot be added: this process does not have it itself.\n` +
        'Look at CapBnd in /proc/self/status; a container or a service manager around it took it away.',
    )
  }
  const wanted = wantedOf(add, drop, wish.privileged ?? false)
  const missing = wanted.filter((name) => !available.includes(name))
  return {
    names: wanted.filter((name) => available.includes(name)),
    missing,
    warnings:
      missing.length === 0
        ? []
        : [`The container runs without ${missing.join(', ')}: this process does not have it itself.`],
  }
}

function wantedOf(
  add: readonly (Capability | 'ALL')[],
  drop: readonly (Capability | 'ALL')[],
  privileged: boolean,
): Capability[] {
  if (privileged) return [...allCapabilities]
  if (add.includes('ALL')) return allCapabilities.filter((name) => !drop.includes(name))
  const start = drop.includes('ALL') ? [] : defaultCapabilities.filter((name) => !drop.includes(name))
  return allCapabilities.filter((name) => start.includes(name) || add.includes(name))
}

/** Docker's words for a name that is none: `invalid CapAdd: unknown capability: "CAP_X"`. */
function readNames(given: readonly string[], option: 'CapAdd' | 'CapDrop'): (Capability | 'ALL')[] {
  return given.map((text) => {
    const upper = text.toUpperCase()
    if (upper === 'ALL') return upper
    const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`
    const known = allCapabilities.find((one) => one === name)
    if (!known) throw new Error(`invalid ${option}: unknown capability: "${name}"`)
    return known
  })
}

/** The `process.capabilities` of the OCI runtime specification. */
export interface ProcessCapabilities {
  readonly bounding?: readonly string[]
  readonly effective?: readonly string[]
  readonly permitted?: readonly string[]
  readonly inheritable?: readonly string[]
  readonly ambient?: readonly string[]
}

/**
 * The sets for a process of user `uid`. Only root has them in effect: execve(2) would take them from another
 * user anyway, and a file with capabilities can give back those in the bounding set. Inheritable stays empty (CVE-2022-24769).
 */
export function processCapabilities(capabilities: readonly Capability[], uid: number): ProcessCapabilities {
  const own = uid === 0 ? capabilities : []
  return { bounding: capabilities, effective: own, permitted: own, inheritable: [], ambient: [] }
}

/** What this process can pass on: its bounding set, as far as names are known here. proc(5) */
export function availableCapabilities(): Capability[] {
  return namesOf(capabilityMasks(readFileSync('/proc/self/status', 'latin1')).bounding)
}

/** The highest number that this kernel knows. proc(5) */
export function lastCapability(): number {
  return Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'latin1'))
}

export type CapabilityMasks = Readonly<Record<keyof ProcessCapabilities, bigint>>

/** The five sets of a process, out of its /proc/PID/status. proc(5) */
export function capabilityMasks(status: string): CapabilityMasks {
  const mask = (key: string) => {
    const hex = new RegExp(`^${key}:\\s*([0-9a-f]+)`, 'm').exec(status)?.[1]
    if (hex === undefined) throw new Error(`There is no line ${key} in this text: is it a /proc/PID/status?`)
    return BigInt(`0x${hex}`)
  }
  return {
    bounding: mask('CapBnd'),
    effective: mask('CapEff'),
    permitted: mask('CapPrm'),
    inheritable: mask('CapInh'),
    ambient: mask('CapAmb'),
  }
}
