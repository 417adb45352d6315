// What this machine has and another has not, as far as the spec of a container depends on it.

import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import type { DeviceNode } from '../rootfs/dev.ts'
import { profileFor, profileNames, profilesFile } from '../security/apparmor.ts'
import { availableCapabilities, type Capability } from '../security/capabilities.ts'
import { thermalPaths } from '../security/masked-paths.ts'
import { contextsFile, type Labels, labelsIn, selinuxDirectory } from '../security/selinux.ts'
import { hostDevices } from './host-devices.ts'
import type { Process } from './spec.ts'

export interface Machine {
  /** Those of the host, for privileged containers; looked for when asked. */
  readonly devices: () => readonly DeviceNode[]
  /** What this process can hand on. */
  readonly capabilities: readonly Capability[]
  /** The kernel's version, as uname(2) gives it. */
  readonly kernel: string
  /** The AppArmor profiles that are loaded; undefined where it is not on. */
  readonly apparmor: () => readonly string[] | undefined
  /** What the policy of SELinux has for containers; undefined where it is not on. */
  readonly selinux: () => Labels | undefined
  /** What besides the usual must be hidden from containers. */
  readonly thermalPaths: readonly string[]
}

export function thisMachine(): Machine {
  return {
    devices: hostDevices,
    capabilities: availableCapabilities(),
    kernel: release(),
    apparmor: loadedProfiles,
    selinux: () => (existsSync(`${selinuxDirectory}/enforce`) ? labelsIn(read(contextsFile)) : undefined),
    thermalPaths: thermalPaths(),
  }
}

/** The AppArmor profiles that are loaded; undefined where it is not on. */
function loadedProfiles(): string[] | undefined {
  const text = read(profilesFile)
  return text === undefined ? undefined : profileNames(text)
}

/** @throws Error if the profile that a container got when it was made is not loaded any more */
export function checkProfile({ apparmorProfile }: Process): void {
  if (apparmorProfile !== undefined) profileFor(apparmorProfile, false, loadedProfiles())
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
