// The messages of nf_tables: tables hold chains, chains hang on hooks in the way of each packet, chains hold rules,
// a rule is a list of expressions. Pure values; conversation.ts sends them.
// linux/netfilter/nf_tables.h, and the layout that nft(8) itself sends (nft --debug=netlink shows the expressions).
//
// A rule loads parts of the packet into register 1 and compares; the first comparison that is false ends the rule.

import {
  type Attribute,
  attribute,
  attributesIn,
  be32,
  listIn,
  type Message,
  message,
  nested,
  type Received,
  string,
  stringOf,
} from './netlink.ts'
import * as N from './numbers.ts'
import { mask, toNumber } from './settings.ts'

/** One expression of a rule, and how nft(8) writes it; several may share one text. */
export interface Expression {
  readonly text: string
  readonly attributes: readonly Attribute[]
}

/** A chain that the kernel has told of. */
export interface Chain {
  readonly family: number
  readonly table: string
  readonly name: string
  /** The hook, for a chain that hangs on one. */
  readonly hook?: number
  readonly drops: boolean
}

const register = 1
const verdictRegister = 0

/** Messages between these two are taken together or not at all. */
export function transaction(inner: readonly Message[]): Message[] {
  const struct = familyStruct(N.NFPROTO_UNSPEC, N.NFNL_SUBSYS_NFTABLES)
  return [
    message('NFNL_MSG_BATCH_BEGIN', 0, struct, []),
    ...inner,
    message('NFNL_MSG_BATCH_END', 0, struct, []),
  ]
}

/** Make a table for IPv4; no error if it is there. */
export function newTable(table: string): Message {
  return message(
    'NFT_MSG_NEWTABLE',
    N.NLM_F_CREATE,
    ipv4(),
    [string('NFTA_TABLE_NAME', table)],
    `table ip ${table}`,
  )
}

/** Remove a table with all that is in it. */
export function deleteTable(table: string): Message {
  return message('NFT_MSG_DELTABLE', 0, ipv4(), [string('NFTA_TABLE_NAME', table)], `table ip ${table}`)
}

export interface BaseChain {
  readonly table: string
  readonly name: string
  readonly type: 'nat' | 'filter'
  readonly hook: 'forward' | 'postrouting'
  readonly priority: number
}

/** Make a chain that hangs on a hook; packets that no rule of it decides on pass. */
export function newChain({ table, name, type, hook, priority }: BaseChain): Message {
  const hookNumber = hook === 'forward' ? N.NF_INET_FORWARD : N.NF_INET_POST_ROUTING
  return message(
    'NFT_MSG_NEWCHAIN',
    N.NLM_F_CREATE,
    ipv4(),
    [
      string('NFTA_CHAIN_TABLE', table),
      string('NFTA_CHAIN_NAME', name),
      nested('NFTA_CHAIN_HOOK', [
        be32('NFTA_HOOK_HOOKNUM', hookNumber),
        be32('NFTA_HOOK_PRIORITY', priority),
      ]),
      be32('NFTA_CHAIN_POLICY', N.NF_ACCEPT),
      string('NFTA_CHAIN_TYPE', type),
    ],
    `chain ip ${table} ${name} { type ${type} hook ${hook} priority ${priority}; policy accept; }`,
  )
}

/** Put a rule at the end of a chain, or at its beginning. */
export function newRule(
  table: string,
  chain: string,
  expressions: readonly Expression[],
  where: 'last' | 'first' = 'last',
): Message {
  return message(
    'NFT_MSG_NEWRULE',
    N.NLM_F_CREATE | (where === 'last' ? N.NLM_F_APPEND : 0),
    ipv4(),
    [
      string('NFTA_RULE_TABLE', table),
      string('NFTA_RULE_CHAIN', chain),
      nested(
        'NFTA_RULE_EXPRESSIONS',
        expressions.flatMap((e) => e.attributes),
      ),
    ],
    `rule ip ${table} ${chain} ${expressions.map((e) => e.text).join(' ')}`,
  )
}

/** Remove one rule by the number that the kernel gave it. */
export function deleteRule(table: string, chain: string, handle: Buffer): Message {
  return message(
    'NFT_MSG_DELRULE',
    0,
    ipv4(),
    [
      string('NFTA_RULE_TABLE', table),
      string('NFTA_RULE_CHAIN', chain),
      attribute('NFTA_RULE_HANDLE', handle, ''),
    ],
    `rule ip ${table} ${chain} handle ${handle.readBigUInt64BE()}`,
  )
}

/** Ask for the chains of all tables of all families. */
export function getChains(): Message {
  return message('NFT_MSG_GETCHAIN', N.NLM_F_DUMP, familyStruct(N.NFPROTO_UNSPEC), [], 'NLM_F_DUMP')
}

/** Ask for the rules of one chain, or of all chains of a table. */
export function getRules(family: number, table: string, chain?: string): Message {
  return message('NFT_MSG_GETRULE', N.NLM_F_DUMP, familyStruct(family), [
    string('NFTA_RULE_TABLE', table),
    ...(chain === undefined ? [] : [string('NFTA_RULE_CHAIN', chain)]),
  ])
}

/** What an answer to `getChains` says. */
export function chainFrom({ body }: Received): Chain {
  const said = attributesIn(body.subarray(familyStructSize))
  const hook = attributesIn(said.get(N.attributes.NFTA_CHAIN_HOOK) ?? Buffer.alloc(0))
  return {
    family: body.readUInt8(0),
    table: stringOf(said.get(N.attributes.NFTA_CHAIN_TABLE)),
    name: stringOf(said.get(N.attributes.NFTA_CHAIN_NAME)),
    hook: hook.get(N.attributes.NFTA_HOOK_HOOKNUM)?.readUInt32BE(0),
    drops: said.get(N.attributes.NFTA_CHAIN_POLICY)?.readUInt32BE(0) === N.NF_DROP,
  }
}

/** The handles of those rules among the answers to `getRules` that compare something with the link's name. */
export function rulesAbout(answers: readonly Received[], link: string): Buffer[] {
  // nft compares all 16 bytes of a name, iptables those up to the NUL
  const name = Buffer.from(`${link}\0`)
  return answers
    .map(({ body }) => body.subarray(familyStructSize))
    .filter((bytes) => listIn(bytes).some(([, content]) => content.includes(name)))
    .map((bytes) => Buffer.from(attributesIn(bytes).get(N.attributes.NFTA_RULE_HANDLE)!))
}

/** The packet comes from an address in the subnet. */
export function sourceIn(subnet: string, prefix: number): Expression {
  const sourceOffset = 12 // in the header of IPv4, RFC 791
  const load = expression('payload', [
    be32('NFTA_PAYLOAD_DREG', register),
    be32('NFTA_PAYLOAD_BASE', 1), // NFT_PAYLOAD_NETWORK_HEADER
    be32('NFTA_PAYLOAD_OFFSET', sourceOffset),
    be32('NFTA_PAYLOAD_LEN', 4),
  ])
  const cut = bits(word(mask(prefix)))
  return {
    text: `ip saddr ${subnet}/${prefix}`,
    attributes: [load, cut, compare('==', word(toNumber(subnet)))],
  }
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

function compare(is: '==' | '!=', value: Buffer): Attribute {
  return expression('cmp', [
    be32('NFTA_CMP_SREG', register),
    be32('NFTA_CMP_OP', is === '==' ? 0 : 1), // NFT_CMP_EQ, NFT_CMP_NEQ
    nested('NFTA_CMP_DATA', [attribute('NFTA_DATA_VALUE', value, '')]),
  ])
}

function expression(name: string, inner: readonly Attribute[]): Attribute {
  return nested('NFTA_LIST_ELEM', [string('NFTA_EXPR_NAME', name), nested('NFTA_EXPR_DATA', inner)])
}

/** A link's name as nf_tables compares it: all of IFNAMSIZ bytes. */
function linkName(link: string): Buffer {
  const name = Buffer.alloc(16)
  name.write(link, 'latin1')
  return name
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const familyStructSize = 4

/** struct nfgenmsg: family, version, and a number that only a batch needs, big-endian */
function familyStruct(family: number, resource = 0): Buffer {
  return Buffer.from([family, 0, resource >> 8, resource & 0xff])
}

function ipv4(): Buffer {
  return familyStruct(N.NFPROTO_IPV4)
}
