// The parts of an nf_tables rule that have to do with published ports: where a packet wants to go, and where it is sent
// instead. Pure values, made in the same way as those of nft-expressions.ts.

import { attribute, be32, nested, string } from './netlink.ts'
import { compare, type Expression, expression, payload, register, word } from './nft-expressions.ts'
import * as N from './numbers.ts'
import type { Protocol } from './ports.ts'
import { toNumber } from './settings.ts'

/** in.h */
const protocolNumber = { tcp: 6, udp: 17 } as const

/** The packet is for a port, by TCP or UDP. */
export function toPort(protocol: Protocol, port: number): Expression {
  const l4proto = 16 // NFT_META_L4PROTO
  const load = expression('meta', [be32('NFTA_META_DREG', register), be32('NFTA_META_KEY', l4proto)])
  const destinationOffset = 2 // in the headers of TCP and UDP alike, RFC 9293 and RFC 768
  return {
    text: `${protocol} dport ${port}`,
    attributes: [
      load,
      compare('==', Buffer.of(protocolNumber[protocol])),
      payload('transport', destinationOffset, 2),
      compare('==', half(port)),
    ],
  }
}

/** The packet is for this machine: for any address that it has, also for 127.0.0.1. */
export function toThisMachine(): Expression {
  const load = expression('fib', [
    be32('NFTA_FIB_DREG', register),
    be32('NFTA_FIB_RESULT', 3), // NFT_FIB_RESULT_ADDRTYPE
    be32('NFTA_FIB_FLAGS', 2), // NFTA_FIB_F_DADDR
  ])
  const local = Buffer.alloc(4)
  local.writeUInt32LE(2) // RTN_LOCAL, in the order of the processor
  return { text: 'fib daddr type local', attributes: [load, compare('==', local)] }
}

/** Send the packet, and all later ones of its connection, to another address and port; answers look as if from here. */
export function destinationNat(address: string, port: number): Expression {
  const second = 2 // NFT_REG_2
  return {
    text: `dnat to ${address}:${port}`,
    attributes: [
      immediate(register, word(toNumber(address))),
      immediate(second, half(port)),
      expression('nat', [
        be32('NFTA_NAT_TYPE', 1), // NFT_NAT_DNAT
        be32('NFTA_NAT_FAMILY', N.NFPROTO_IPV4),
        be32('NFTA_NAT_REG_ADDR_MIN', register),
        be32('NFTA_NAT_REG_PROTO_MIN', second),
      ]),
    ],
  }
}

/** Go on with the rules of another chain, and come back if none of them decides. */
export function jump(chain: string): Expression {
  const verdict = nested('NFTA_DATA_VERDICT', [
    be32('NFTA_VERDICT_CODE', N.NFT_JUMP),
    string('NFTA_VERDICT_CHAIN', chain),
  ])
  return {
    text: `jump ${chain}`,
    attributes: [
      expression('immediate', [
        be32('NFTA_IMMEDIATE_DREG', 0), // NFT_REG_VERDICT
        nested('NFTA_IMMEDIATE_DATA', [verdict]),
      ]),
    ],
  }
}

function immediate(into: number, value: Buffer) {
  return expression('immediate', [
    be32('NFTA_IMMEDIATE_DREG', into),
    nested('NFTA_IMMEDIATE_DATA', [attribute('NFTA_DATA_VALUE', value, '')]),
  ])
}

/** 16 bits, as a packet has them. */
function half(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}
