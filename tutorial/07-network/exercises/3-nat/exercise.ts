// Exercise 07-3: network address translation, with a table of connections.

export interface Packet {
  readonly protocol: 'tcp' | 'udp'
  /** An address. */
  readonly from: string
  readonly fromPort: number
  readonly to: string
  readonly toPort: number
}

export interface Nat {
  /** From a container to the outside. */
  out(packet: Packet): Packet
  /** From the outside to the host, or through it. */
  back(packet: Packet): Packet
}

/** @param host the address that all of them have outside */
export function makeNat(host: string): Nat {
  // TODO: remember for each connection what its packets look like inside, and what its answers look like outside.
  return {
    out: (packet) => ({ ...packet, from: host }),
    back: (packet) => packet,
  }
}
