// The messages of nf_tables: tables hold chains, chains hang on hooks in the way of each packet, chains hold rules,
// a rule is a list of expressions. Pure values; conversation.ts sends them.
// linux/netfilter/nf_tables.h, and the layout that nft(8) itself sends (nft --debug=netlink shows the expressions).

import {
  atLeast,
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

/** Make a table for IPv4. With `onlyNew` one that is there is an error, EEXIST. */
export function newTable(table: string, onlyNew: 'onlyNew' | undefined = undefined): Message {
  return message(
    'NFT_MSG_NEWTABLE',
    N.NLM_F_CREATE | (onlyNew ? N.NLM_F_EXCL : 0),
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
  readonly hook: keyof typeof hooks
  readonly priority: number
}

const hooks = {
  prerouting: N.NF_INET_PRE_ROUTING,
  forward: N.NF_INET_FORWARD,
  output: N.NF_INET_LOCAL_OUT,
  postrouting: N.NF_INET_POST_ROUTING,
} as const

/** Make a chain that hangs on a hook; packets that no rule of it decides on pass. */
export function newChain({ table, name, type, hook, priority }: BaseChain): Message {
  return message(
    'NFT_MSG_NEWCHAIN',
    N.NLM_F_CREATE,
    ipv4(),
    [
      string('NFTA_CHAIN_TABLE', table),
      string('NFTA_CHAIN_NAME', name),
      nested('NFTA_CHAIN_HOOK', [
        be32('NFTA_HOOK_HOOKNUM', hooks[hook]),
        be32('NFTA_HOOK_PRIORITY', priority),
      ]),
      be32('NFTA_CHAIN_POLICY', N.NF_ACCEPT),
      string('NFTA_CHAIN_TYPE', type),
    ],
    `chain ip ${table} ${name} { type ${type} hook ${hook} priority ${priority}; policy accept; }`,
  )
}

/** Make a chain that other rules jump to. One that is there is an error, EEXIST. */
export function newPlainChain(table: string, name: string): Message {
  return message(
    'NFT_MSG_NEWCHAIN',
    N.NLM_F_CREATE | N.NLM_F_EXCL,
    ipv4(),
    [string('NFTA_CHAIN_TABLE', table), string('NFTA_CHAIN_NAME', name)],
    `chain ip ${table} ${name}`,
  )
}

export interface RulePlace {
  /** At the end of the chain, unless said. */
  readonly where?: 'last' | 'first'
  /** Words that stay with the rule. */
  readonly comment?: string
}

/** Put a rule into a chain. */
export function newRule(
  table: string,
  chain: string,
  expressions: readonly Expression[],
  { where = 'last', comment }: RulePlace = {},
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
      ...(comment === undefined ? [] : [attribute('NFTA_RULE_USERDATA', commentBytes(comment), comment)]),
    ],
    `rule ip ${table} ${chain} ${expressions.map((e) => e.text).join(' ')}${comment ? ` comment "${comment}"` : ''}`,
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
  const number = hook.get(N.attributes.NFTA_HOOK_HOOKNUM)
  return {
    family: atLeast(familyStructSize, body).readUInt8(0),
    table: stringOf(said.get(N.attributes.NFTA_CHAIN_TABLE)),
    name: stringOf(said.get(N.attributes.NFTA_CHAIN_NAME)),
    hook: number && atLeast(4, number).readUInt32BE(0),
    // a chain without a policy accepts: NF_DROP is 0
    drops: said.get(N.attributes.NFTA_CHAIN_POLICY)?.equals(Buffer.alloc(4, N.NF_DROP)) ?? false,
  }
}

/** The handles of those rules among the answers to `getRules` that compare something with the link's name. */
export function rulesAbout(answers: readonly Received[], link: string): Buffer[] {
  // nft compares all 16 bytes of a name, iptables those up to the NUL
  const name = Buffer.from(`${link}\0`)
  return answers
    .map(({ body }) => body.subarray(familyStructSize))
    .filter((bytes) => listIn(bytes).some(([, content]) => content.includes(name)))
    .map((bytes) => attributesIn(bytes).get(N.attributes.NFTA_RULE_HANDLE))
    .filter((handle) => handle !== undefined)
    .map((handle) => Buffer.from(atLeast(handleSize, handle)))
}

/** A rule that the kernel has told of: the number that it gave it, and the comment of whoever made it. */
export interface Commented {
  readonly handle: Buffer
  readonly comment: string
}

/** The rules among the answers to `getRules` that have a comment. */
export function commentsIn(answers: readonly Received[]): Commented[] {
  return answers.flatMap(({ body }) => {
    const said = attributesIn(body.subarray(familyStructSize))
    const [handle, data] = [
      said.get(N.attributes.NFTA_RULE_HANDLE),
      said.get(N.attributes.NFTA_RULE_USERDATA),
    ]
    if (!handle || !data || data.length < 2 || data[0] !== commentType) return []
    return [
      { handle: Buffer.from(atLeast(handleSize, handle)), comment: stringOf(data.subarray(2, 2 + data[1]!)) },
    ]
  })
}

/** nft's own way to keep a comment with a rule: type, length, and the text. NFTNL_UDATA_RULE_COMMENT in libnftnl/udata.h */
const commentType = 0

function commentBytes(comment: string): Buffer {
  const text = Buffer.from(`${comment}\0`)
  return Buffer.concat([Buffer.of(commentType, text.length), text])
}

const familyStructSize = 4
const handleSize = 8

/** struct nfgenmsg: family, version, and a number that only a batch needs, big-endian */
export function familyStruct(family: number, resource = 0): Buffer {
  return Buffer.from([family, 0, resource >> 8, resource & 0xff])
}

function ipv4(): Buffer {
  return familyStruct(N.NFPROTO_IPV4)
}
