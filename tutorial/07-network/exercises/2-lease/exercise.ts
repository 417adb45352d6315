// Exercise 07-2: the next address that is free.

import { toDotted, toNumber } from '../../../../src/network/settings.ts'

export interface Subnet {
  /** Also the gateway's address: `172.29.0.1`. */
  readonly gateway: string
  /** How many bits are the same for all: 16. */
  readonly prefix: number
}

/**
 * @param links the names of all links on the host
 * @param last the address that was given out last, if there is one
 * @returns the address, and the name that the host's end of the cable gets
 * @throws Error if every address is taken
 */
export function lease(
  subnet: Subnet,
  links: readonly string[],
  last?: string,
): { address: string; link: string } {
  // TODO: go round the subnet, and take the first address that a container may have and nobody has.
  throw new Error('TODO: lease gives out nothing yet')
}
