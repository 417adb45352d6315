// What this machine has and another has not, as far as the spec of a container depends on it.

import { availableCapabilities, type Capability } from '../security/capabilities.ts'
import { thermalPaths } from '../security/masked-paths.ts'

export interface Machine {
  /** What this process can hand on. */
  readonly capabilities: readonly Capability[]
  /** What besides the usual must be hidden from containers. */
  readonly thermalPaths: readonly string[]
}

export function thisMachine(): Machine {
  return { capabilities: availableCapabilities(), thermalPaths: thermalPaths() }
}
