// The rules that containers need in the host's firewall. Pure: firewall.ts sends them.
//
//     table ip gocker {
//       chain postrouting   packets to the outside get the host's address as their source
//       chain forward       from containers everything may pass, to them only answers and published ports
//     }

import type { Request } from './conversation.ts'
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
 * Make the table, all of it or nothing. It is emptied first: two starters at once, or an older table, do no harm.
 * The word drop is final whatever other tables say; accept only means: not refused here.
 */
export function tableRequest(bridge: Bridge): Request {
  const { table, name, prefix } = bridge
  const forward = (...expressions: is.Expression[]) => nft.newRule(table, 'forward', expressions)
  return {
    why: 'the first time: let containers out under the address of the host, and only answers in',
    messages: nft.transaction([
      nft.newTable(table),
      nft.deleteTable(table),
      nft.newTable(table),
      nft.newChain({ table, name: 'postrouting', type: 'nat', hook: 'postrouting', priority: srcnat }),
      nft.newRule(table, 'postrouting', [
        is.sourceIn(subnetOf(bridge), prefix),
        is.through('oifname', '!=', name),
        is.masquerade(),
      ]),
      nft.newChain({ table, name: 'forward', type: 'filter', hook: 'forward', priority: filter }),
      forward(is.through('oifname', '!=', name), is.accept()),
      forward(is.through('iifname', '==', name), is.accept()),
      forward(is.ofKnownConnection(), is.accept()),
      forward(is.ofPublishedPort(), is.accept()),
      forward(is.drop()),
    ]),
  }
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
      'first',
    )
  return {
    why: 'Docker refuses to forward for others: let our bridge pass, in the chain that Docker leaves to its user',
    messages: nft.transaction([rule('iifname'), rule('oifname')]),
  }
}
