// Exercise 08-1: the capabilities of a process, out of /proc/PID/status.

import { allCapabilities } from '../../../../src/security/capabilities.ts'

/** The lines of the five sets. */
export type SetName = 'CapInh' | 'CapPrm' | 'CapEff' | 'CapBnd' | 'CapAmb'

/**
 * The names of the capabilities in a set, in the order of their numbers.
 * @param status the text of /proc/PID/status
 * @throws Error if it has no such line
 */
export function rightsOf(status: string, set: SetName): string[] {
  // TODO: find the line, read its number in base 16, and name each bit that is set.
  throw new Error('TODO: rightsOf does not read any line yet')
}

/**
 * The number that means these capabilities, as the kernel writes it: `00000000a80425fb`.
 * @throws Error for a name that there is not
 */
export function maskOf(names: readonly string[]): string {
  // TODO: put the bits together, and write the number in base 16.
  throw new Error('TODO: maskOf does not know any name yet')
}
