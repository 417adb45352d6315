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
  /** What a packet looks like inside → what it looks like outside. */
  const sent = new Map<string, Packet>()
  /** What an answer looks like outside → the packet that it answers, as it was inside. */
  const awaited = new Map<string, Packet>()

  const open = (packet: Packet): Packet => {
    const at = (fromPort: number): Packet => ({ ...packet, from: host, fromPort })
    let outside = at(packet.fromPort)
    for (let port = 1024; awaited.has(keyOf(reversed(outside))); port++) outside = at(port)
    sent.set(keyOf(packet), outside)
    awaited.set(keyOf(reversed(outside)), packet)
    return outside
  }

  return {
    out: (packet) => sent.get(keyOf(packet)) ?? open(packet),
    back: (packet) => {
      const asked = awaited.get(keyOf(packet))
      return asked === undefined ? packet : reversed(asked)
    },
  }
}

/** What the answer to a packet looks like. */
function reversed({ protocol, from, fromPort, to, toPort }: Packet): Packet {
  return { protocol, from: to, fromPort: toPort, to: from, toPort: fromPort }
}

function keyOf({ protocol, from, fromPort, to, toPort }: Packet): string {
  return `${protocol} ${from}:${fromPort} ${to}:${toPort}`
}
