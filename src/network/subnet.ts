// Subnets: written and read, compared, and chosen so that they overlap with nothing. Pure.

import { broadcastOf, mask, subnetOf, toDotted, toNumber } from './settings.ts'

export interface Subnet {
  readonly address: string
  readonly prefix: number
}

/** `172.18.0.0/16`; undefined if it is none. The address may have bits beyond the prefix. */
export function subnetFrom(text: string): Subnet | undefined {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text)
  if (!match || Number(match[2]) > 32) return undefined
  try {
    toNumber(match[1]!)
  } catch {
    return undefined
  }
  return { address: match[1]!, prefix: Number(match[2]) }
}

/** Without the bits beyond the prefix: `172.18.0.0/16`. */
export function subnetText(subnet: Subnet): string {
  return `${subnetOf(subnet)}/${subnet.prefix}`
}

/** Have the two an address in common? */
export function overlap(a: Subnet, b: Subnet): boolean {
  const shorter = mask(Math.min(a.prefix, b.prefix))
  return (toNumber(a.address) & shorter) >>> 0 === (toNumber(b.address) & shorter) >>> 0
}

/** Is all of `inner` in `outer`? */
export function holds(outer: Subnet, inner: Subnet): boolean {
  return inner.prefix >= outer.prefix && overlap(outer, inner)
}

/** The address after the subnet's own: usually the gateway. */
export function firstAddress(subnet: Subnet): string {
  return toDotted(toNumber(subnetOf(subnet)) + 1)
}

/** Is it an address that one machine can have there, neither the subnet's own nor the one that means all? */
export function isForMachine(subnet: Subnet, address: string): boolean {
  return (
    overlap(subnet, { address, prefix: 32 }) &&
    address !== subnetOf(subnet) &&
    address !== broadcastOf(subnet)
  )
}

/**
 * The subnets that are taken for networks, in this order: Docker's. From 172.18.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20
 * and so on. RFC 1918
 */
export function* pools(): Generator<Subnet> {
  for (let second = 18; second < 32; second++) yield { address: `172.${second}.0.0`, prefix: 16 }
  for (let third = 0; third < 256; third += 16) yield { address: `192.168.${third}.0`, prefix: 20 }
}

/** The first of them that overlaps with nothing that is taken; undefined if there is none. */
export function freeSubnet(taken: readonly Subnet[]): Subnet | undefined {
  return pools().find((pool) => !taken.some((one) => overlap(pool, one)))
}
