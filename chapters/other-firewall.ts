// Somebody else's firewall, for the chapter on the network: a table that lets nothing be forwarded, as
// `iptables -P FORWARD DROP` makes it, and the rules that let a bridge pass.

import { ask, openNetlink } from '../src/network/conversation.ts'
import { be32, type Message, message, nested, string } from '../src/network/netlink.ts'
import { newRule, newTable, transaction } from '../src/network/nft.ts'
import { accept, through } from '../src/network/nft-expressions.ts'
import * as N from '../src/network/numbers.ts'
import { attempt } from '../src/syscall/call.ts'
import * as C from '../src/syscall/constants.ts'
import { close } from '../src/syscall/file.ts'

const table = 'filter'
const chain = 'FORWARD'

/** In the network of this thread, from here on no packet is forwarded. */
export function firewallThatDrops(): void {
  const family = Buffer.from([N.NFPROTO_IPV4, 0, 0, 0])
  const forward = message('NFT_MSG_NEWCHAIN', N.NLM_F_CREATE, family, [
    string('NFTA_CHAIN_TABLE', table),
    string('NFTA_CHAIN_NAME', chain),
    nested('NFTA_CHAIN_HOOK', [be32('NFTA_HOOK_HOOKNUM', N.NF_INET_FORWARD), be32('NFTA_HOOK_PRIORITY', 0)]),
    be32('NFTA_CHAIN_POLICY', N.NF_DROP),
    string('NFTA_CHAIN_TYPE', 'filter'),
  ])
  tellFirewall(newTable(table), forward)
}

/** What the remedy asks for: packets from and to this link may pass. */
export function letPass(link: string): void {
  const rule = (which: 'iifname' | 'oifname') =>
    newRule(table, chain, [through(which, '==', link), accept()], { where: 'first' })
  tellFirewall(rule('iifname'), rule('oifname'))
}

function tellFirewall(...messages: Message[]): void {
  const line = openNetlink(C.NETLINK_NETFILTER)
  try {
    ask(line, { why: '', messages: transaction(messages) })
  } finally {
    attempt(close(line))
  }
}
