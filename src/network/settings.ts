// The numbers that a bridge and its containers have: the subnet, and what is derived from a container's address.
// Pure: nothing here touches the system.

/** The network that containers are attached to. */
export interface Bridge {
  /** The name of the bridge's link. */
  readonly name: string
  /** The bridge's own address, which is the gateway of its containers: `172.29.0.1`. */
  readonly address: string
  /** How many bits of it are the subnet: 16. */
  readonly prefix: number
  /** The nf_tables table with its rules. */
  readonly table: string
  /** The part of the subnet that containers get their addresses from; all of it unless said. */
  readonly range?: { readonly address: string; readonly prefix: number }
  /** It leads nowhere: its containers reach each other, and nobody else. */
  readonly internal?: boolean
  /** How large packets may be; unless said, as large as fits through the host's way out. */
  readonly mtu?: number
}

export const gocker0: Bridge = { name: 'gocker0', address: '172.29.0.1', prefix: 16, table: 'gocker' }

/** An address in dotted notation as a number of 32 bits. */
export function toNumber(address: string): number {
  const parts = address.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    throw new Error(
      `"${address}" is no IPv4 address: four numbers from 0 to 255 are wanted, as in 172.29.0.2`,
    )
  return parts.reduce((number, part) => number * 256 + Number(part), 0)
}

/** A number of 32 bits in dotted notation. */
export function toDotted(number: number): string {
  return [24, 16, 8, 0].map((bits) => (number >>> bits) & 0xff).join('.')
}

/** The subnet's first address, which names it: `172.29.0.0`. */
export function subnetOf({ address, prefix }: Pick<Bridge, 'address' | 'prefix'>): string {
  return toDotted((toNumber(address) & mask(prefix)) >>> 0)
}

/** The subnet's last address, which means everyone in it: `172.29.255.255`. */
export function broadcastOf({ address, prefix }: Pick<Bridge, 'address' | 'prefix'>): string {
  return toDotted((toNumber(address) | ~mask(prefix)) >>> 0)
}

/** The first `prefix` of 32 bits set, as in 255.255.0.0. */
export function mask(prefix: number): number {
  return prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0
}

/**
 * A hardware address made of the internet address: `02:42:ac:1d:00:02`. The bit 02 says that no manufacturer gave
 * it. Whoever gets an address again later has the same one, so no neighbour's ARP table is wrong.
 */
export function macOf(address: string): string {
  return ['02', '42', ...toHex(address).match(/../g)!].join(':')
}

/**
 * The name of the host's end of the veth pair: `veth-ac1d0002`. It is the lease of the address: the kernel gives
 * a name only once, and it is free again when the container's namespace is gone. So no file holds the leases,
 * no lock guards them, and none is left over after a crash.
 */
export function hostLinkOf(address: string): string {
  return `veth-${toHex(address)}`
}

/** The address that a link's name is the lease of; undefined for a link that is none of ours. */
export function leaseOf(linkName: string): string | undefined {
  const hex = /^veth-([0-9a-f]{8})$/.exec(linkName)?.[1]
  return hex === undefined ? undefined : toDotted(Number.parseInt(hex, 16))
}

/** Is `address` in the bridge's subnet? */
export function isIn(bridge: Pick<Bridge, 'address' | 'prefix'>, address: string): boolean {
  const inSubnet = (one: string) => (toNumber(one) & mask(bridge.prefix)) >>> 0
  return inSubnet(address) === inSubnet(bridge.address)
}

/**
 * All addresses for containers, each once, beginning with the one at `start` (any number, taken round the range).
 * The first address of a subnet is its name, the last means all, and one is the bridge's.
 */
export function* candidates(bridge: Bridge, start: number): Generator<string> {
  const range = bridge.range ?? bridge
  const first = toNumber(subnetOf(range))
  const size = 2 ** (32 - range.prefix)
  const reserved = [subnetOf(bridge), broadcastOf(bridge), bridge.address]
  for (let i = 0; i < size; i++) {
    const address = toDotted(first + ((start + i) % size))
    if (!reserved.includes(address)) yield address
  }
}

function toHex(address: string): string {
  return toNumber(address).toString(16).padStart(8, '0')
}
