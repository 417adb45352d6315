// The rules that containers need in the host's firewall. Pure: firewall.ts sends them.
//
//     table ip gocker {
//       chain postrouting   packets to the outside get the host's address as their source
//       chain forward       from containers everything may pass, to them only answers and published ports
//     }

import type { Request } from './conversation.ts'
import type { Message } from './netlink.ts'
import * as nft from './nft.ts'
import * as is from './nft-expressions.ts'
import { type Bridge, subnetOf } from './settings.ts'

/** Ask which chains there are: whether our table is among them, and whether one refuses to forward. */
export function chainsRequest(): Request {
  return { why: 'ask which chains the firewall has', messages: [nft.getChains()] }
}

/** priorities as nft(8) calls them: srcnat and filter. NF_IP_PRI_* in linux/netfilter_ipv4.h */
const srcnat = 100
const filter = 0

/**
 * Make the table, all of it or nothing; if somebody else was faster, nothing.
 * The word drop is final whatever other tables say; accept only means: not refused here. So each network has a table
 * of its own, which decides who may come in, and that is all it takes to keep networks apart.
 */
export function tableRequest(bridge: Bridge): Request {
  const { table } = bridge
  return {
    why: bridge.internal
      ? 'the first time: let nothing in or out'
      : 'the first time: let containers out under the address of the host, and only answers in',
    messages: nft.transaction([
      nft.newTable(table, 'onlyNew'),
      ...(bridge.internal ? [] : outwards(bridge)),
      nft.newChain({ table, name: 'forward', type: 'filter', hook: 'forward', priority: filter }),
      ...(bridge.internal ? among(bridge) : inwards(bridge)),
    ]),
    allow: 'EEXIST',
  }
}

function outwards(bridge: Bridge): Message[] {
  const { table, name, prefix } = bridge
  return [
    nft.newChain({ table, name: 'postrouting', type: 'nat', hook: 'postrouting', priority: srcnat }),
    nft.newRule(table, 'postrouting', [
      is.sourceIn(subnetOf(bridge), prefix),
      is.through('oifname', '!=', name),
      is.masquerade(),
    ]),
  ]
}

function inwards({ table, name }: Bridge): Message[] {
  const forward = (...expressions: is.Expression[]) => nft.newRule(table, 'forward', expressions)
  return [
    forward(is.through('oifname', '!=', name), is.accept()),
    forward(is.through('iifname', '==', name), is.accept()),
    forward(is.ofKnownConnection(), is.accept()),
    forward(is.ofPublishedPort(), is.accept()),
    forward(is.drop()),
  ]
}

function among({ table, name }: Bridge): Message[] {
  const forward = (...expressions: is.Expression[]) => nft.newRule(table, 'forward', expressions)
  return [
    forward(is.through('iifname', '==', name), is.through('oifname', '==', name), is.accept()),
    forward(is.through('iifname', '==', name), is.drop()),
    forward(is.through('oifname', '==', name), is.drop()),
  ]
}

/** Docker lets nothing pass but its own, and asks this chain of its user before: packetfilter-firewalls in its documentation. */
export const dockerUser = { table: 'filter', chain: 'DOCKER-USER' } as const

/** Let packets from and to the bridge pass Docker's refusal, in the way iptables(8) would write it. */
export function dockerRequest({ name }: Bridge): Request {
  const rule = (which: 'iifname' | 'oifname') =>
    nft.newRule(
      dockerUser.table,
      dockerUser.chain,
      [is.through(which, '==', name), is.counter(), is.accept()],
      { where: 'first' },
    )
  return {
    why: 'Docker refuses to forward for others: let our bridge pass, in the chain that Docker leaves to its user',
    messages: nft.transaction([rule('iifname'), rule('oifname')]),
  }
}
