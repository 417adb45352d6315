// What holds a container back, in the words of the runtime specification: covered paths, an AppArmor profile, a list of calls.
// `--privileged` is no power that is added here, but each of these left out. Pure.

import { profileFor } from '../security/apparmor.ts'
import { maskedPaths, readonlyPaths } from '../security/masked-paths.ts'
import { defaultProfile } from '../security/seccomp-default.ts'
import { profileRules } from '../security/seccomp-profile.ts'
import { arch } from '../syscall/numbers.ts'
import type { Machine } from './machine.ts'
import type { RunOptions } from './options.ts'
import type { Linux, Process } from './spec.ts'

/** With privileges, or if it is asked for, all of /proc and /sys is there as it is. */
export function coveredPaths(
  { privileged, systemPaths }: RunOptions,
  machine: Machine | undefined,
): Pick<Linux, 'maskedPaths' | 'readonlyPaths'> {
  if (privileged || systemPaths === 'unconfined') return { maskedPaths: [], readonlyPaths: [] }
  return { maskedPaths: [...maskedPaths, ...(machine?.thermalPaths ?? [])], readonlyPaths }
}

/** Where nothing will be run, the profile that is asked for counts as one that the host has. @throws Error if it has none such */
export function apparmorOf(
  { apparmor, privileged }: RunOptions,
  machine: Machine | undefined,
): Pick<Process, 'apparmorProfile'> {
  const loaded = machine ? machine.apparmor() : apparmor === undefined ? [] : [apparmor]
  const profile = profileFor(apparmor, privileged, loaded)
  return profile === undefined ? {} : { apparmorProfile: profile }
}

/** The rules about calls: which of the profile's hold is decided by what the container may get. */
export function seccompOf(
  { seccomp, privileged }: RunOptions,
  capabilities: readonly string[],
  kernel: string | undefined,
): Pick<Linux, 'seccomp'> {
  if (seccomp === 'unconfined' || (seccomp === undefined && privileged)) return {}
  const profile = seccomp === undefined || seccomp === 'builtin' ? defaultProfile : seccomp
  return { seccomp: profileRules(profile, { capabilities, processor: arch, kernel }) }
}
