// The parts of an nf_tables rule. A rule loads a piece of the packet, or of what is known about it, into register 1 and
// compares; the first comparison that is false ends the rule. Pure values.
// linux/netfilter/nf_tables.h; nft --debug=netlink shows the same of a rule in words.

import { type Attribute, attribute, be32, nested, string } from './netlink.ts'
import * as N from './numbers.ts'
import { mask, toNumber } from './settings.ts'

/** One expression of a rule, and how nft(8) writes it; several may share one text. */
export interface Expression {
  readonly text: string
  readonly attributes: readonly Attribute[]
}

/** Where a rule keeps what it looks at: NFT_REG_1 */
export const register = 1
const verdictRegister = 0

/** The packet comes from an address in the subnet. */
export function sourceIn(subnet: string, prefix: number): Expression {
  return addressIn('saddr', subnet, prefix)
}

/** The packet goes to an address in the subnet. */
export function destinationIn(subnet: string, prefix: number): Expression {
  return addressIn('daddr', subnet, prefix)
}

function addressIn(which: 'saddr' | 'daddr', subnet: string, prefix: number): Expression {
  const offset = which === 'saddr' ? 12 : 16 // in the header of IPv4, RFC 791
  const cut = prefix === 32 ? [] : [bits(word(mask(prefix)))]
  return {
    text: `ip ${which} ${subnet}${prefix === 32 ? '' : `/${prefix}`}`,
    attributes: [payload('network', offset, 4), ...cut, compare('==', word(toNumber(subnet)))],
  }
}

/** Load some bytes of the packet: counted from the header of IPv4, or from the one behind it, of TCP or UDP. */
export function payload(header: 'network' | 'transport', offset: number, length: number): Attribute {
  return expression('payload', [
    be32('NFTA_PAYLOAD_DREG', register),
    be32('NFTA_PAYLOAD_BASE', header === 'network' ? 1 : 2), // NFT_PAYLOAD_NETWORK_HEADER, NFT_PAYLOAD_TRANSPORT_HEADER
    be32('NFTA_PAYLOAD_OFFSET', offset),
    be32('NFTA_PAYLOAD_LEN', length),
  ])
}

/** The packet came in (`iifname`), or goes out (`oifname`), through the link with this name, or another one. */
export function through(which: 'iifname' | 'oifname', is: '==' | '!=', link: string): Expression {
  const key = which === 'iifname' ? 6 : 7 // NFT_META_IIFNAME, NFT_META_OIFNAME
  const load = expression('meta', [be32('NFTA_META_DREG', register), be32('NFTA_META_KEY', key)])
  return {
    text: `${which} ${is === '!=' ? '!= ' : ''}"${link}"`,
    attributes: [load, compare(is, linkName(link))],
  }
}

/** The packet belongs to a connection that was let through before, or to an error about one. */
export function ofKnownConnection(): Expression {
  const established = 0x2
  const related = 0x4 // NF_CT_STATE_BIT() in linux/netfilter/nf_conntrack_common.h
  return connection('ct state established,related', 0, established | related) // NFT_CT_STATE
}

/** The packet belongs to a connection whose destination was rewritten: to a published port. */
export function ofPublishedPort(): Expression {
  return connection('ct status dnat', 2, 0x20) // NFT_CT_STATUS, IPS_DST_NAT
}

/** Count packets, as each rule of iptables does. */
export function counter(): Expression {
  return { text: 'counter', attributes: [expression('counter', [])] }
}

/** Replace the source by the address of the link that the packet leaves through. */
export function masquerade(): Expression {
  return { text: 'masquerade', attributes: [expression('masq', [])] }
}

export function accept(): Expression {
  return verdict('accept', N.NF_ACCEPT)
}

export function drop(): Expression {
  return verdict('drop', N.NF_DROP)
}

function verdict(text: string, code: number): Expression {
  const data = nested('NFTA_DATA_VERDICT', [be32('NFTA_VERDICT_CODE', code)])
  return {
    text,
    attributes: [
      expression('immediate', [
        be32('NFTA_IMMEDIATE_DREG', verdictRegister),
        nested('NFTA_IMMEDIATE_DATA', [data]),
      ]),
    ],
  }
}

function connection(text: string, key: number, wanted: number): Expression {
  const load = expression('ct', [be32('NFTA_CT_DREG', register), be32('NFTA_CT_KEY', key)])
  // what the kernel knows about the connection is in the processor's order, unlike the packet
  const wantedBits = Buffer.alloc(4)
  wantedBits.writeUInt32LE(wanted)
  return { text, attributes: [load, bits(wantedBits), compare('!=', Buffer.alloc(4))] }
}

/** Keep only the bits of `keep` in the register. */
function bits(keep: Buffer): Attribute {
  return expression('bitwise', [
    be32('NFTA_BITWISE_SREG', register),
    be32('NFTA_BITWISE_DREG', register),
    be32('NFTA_BITWISE_LEN', keep.length),
    nested('NFTA_BITWISE_MASK', [attribute('NFTA_DATA_VALUE', keep, '')]),
    nested('NFTA_BITWISE_XOR', [attribute('NFTA_DATA_VALUE', Buffer.alloc(keep.length), '')]),
  ])
}

/** Go on with the rule only if the register is, or is not, `value`. */
export function compare(is: '==' | '!=', value: Buffer): Attribute {
  return expression('cmp', [
    be32('NFTA_CMP_SREG', register),
    be32('NFTA_CMP_OP', is === '==' ? 0 : 1), // NFT_CMP_EQ, NFT_CMP_NEQ
    nested('NFTA_CMP_DATA', [attribute('NFTA_DATA_VALUE', value, '')]),
  ])
}

/** One expression as the kernel takes it: its name, and what belongs to it. */
export function expression(name: string, inner: readonly Attribute[]): Attribute {
  return nested('NFTA_LIST_ELEM', [string('NFTA_EXPR_NAME', name), nested('NFTA_EXPR_DATA', inner)])
}

/** A link's name as nf_tables compares it: all of IFNAMSIZ bytes. */
function linkName(link: string): Buffer {
  const name = Buffer.alloc(16)
  name.write(link, 'latin1')
  return name
}

/** 32 bits, as a packet has them. */
export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
