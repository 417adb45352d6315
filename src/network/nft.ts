// The messages of nf_tables: tables hold chains, chains hang on hooks in the way of each packet, chains hold rules,
// a rule is a list of expressions. Pure values; conversation.ts sends them.
// linux/netfilter/nf_tables.h, and the layout that nft(8) itself sends (nft --debug=netlink shows the expressions).

import {
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
import type { Expression } from './nft-expressions.ts'
import * as N from './numbers.ts'

/** A chain that the kernel has told of. */
export interface Chain {
  readonly family: number
  readonly table: string
  readonly name: string
  /** The hook, for a chain that hangs on one. */
  readonly hook?: number
  readonly drops: boolean
}

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

const familyStructSize = 4

/** struct nfgenmsg: family, version, and a number that only a batch needs, big-endian */
function familyStruct(family: number, resource = 0): Buffer {
  return Buffer.from([family, 0, resource >> 8, resource & 0xff])
}

function ipv4(): Buffer {
  return familyStruct(N.NFPROTO_IPV4)
}
