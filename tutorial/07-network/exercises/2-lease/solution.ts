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
  { gateway, prefix }: Subnet,
  links: readonly string[],
  last = gateway,
): { address: string; link: string } {
  const taken = new Set(links)
  const size = 2 ** (32 - prefix)
  const first = toNumber(gateway) - (toNumber(gateway) % size)
  for (let step = 1; step <= size; step++) {
    const host = (toNumber(last) - first + step) % size
    const address = toDotted(first + host)
    const link = `veth-${(first + host).toString(16).padStart(8, '0')}`
    const isForContainers = host !== 0 && host !== size - 1 && address !== gateway
    if (isForContainers && !taken.has(link)) return { address, link }
  }
  throw new Error(`All addresses of ${gateway}/${prefix} are given out`)
}
