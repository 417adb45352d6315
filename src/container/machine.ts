// What this machine has and another has not, as far as the spec of a container depends on it.

import type { DeviceNode } from '../rootfs/dev.ts'
import { availableCapabilities, type Capability } from '../security/capabilities.ts'
import { thermalPaths } from '../security/masked-paths.ts'
import { hostDevices } from './host-devices.ts'

export interface Machine {
  /** Those of the host, for privileged containers; looked for when asked. */
  readonly devices: () => readonly DeviceNode[]
  /** What this process can hand on. */
  readonly capabilities: readonly Capability[]
  /** What besides the usual must be hidden from containers. */
  readonly thermalPaths: readonly string[]
}

export function thisMachine(): Machine {
  return { devices: hostDevices, capabilities: availableCapabilities(), thermalPaths: thermalPaths() }
}
