// The rules by which ports of containers are reached from outside. Pure: publish.ts sends them.
//
//     table ip gocker {
//       chain guard         nobody outside gets at 127.0.0.1, or says that he is there
//       chain prerouting    packets that come in    } if they are for this machine: see published
//       chain output        packets of its own      }
//       chain published     one rule a port: send it to the container instead
//       chain postrouting   where the container would answer past us, it shall see us as the sender
//     }

import * as C from '../syscall/constants.ts'
import { close, openat, write } from '../syscall/file.ts'
import { named, type Step, stepsOf } from '../syscall/syscall.ts'
import { type Request, stepsFor } from './conversation.ts'
import { chainsRequest } from './firewall-plan.ts'
import { flowsRequest } from './flows.ts'
import * as nft from './nft.ts'
import * as is from './nft-expressions.ts'
import { destinationNat, jump, toPort, toThisMachine } from './nft-nat.ts'
import * as N from './numbers.ts'
import { everyAddress, type PublishedPort, udpPorts } from './ports.ts'
import { getLink, setHairpin } from './route.ts'
import { type Bridge, subnetOf } from './settings.ts'

/** The end on the host of a container's cable, and the container's address. */
export interface Target {
  readonly link: string
  readonly address: string
}

/** The chain with one rule a port. */
export const published = 'published'

/** priorities as nft(8) calls them: raw and dstnat. NF_IP_PRI_* in linux/netfilter_ipv4.h */
const raw = -300
const dstnat = -100

/**
 * Add the chains for published ports to the table of the network. All of it or nothing; if somebody else was faster,
 * nothing.
 *
 * The guard comes first: 127.0.0.1 is this machine itself, and services trust whoever comes from there, or reaches them
 * there. A packet for it, or from it, that came in through a link is a trick of a container or of a neighbour; without the
 * setting below the kernel would drop both. CVE-2020-8558
 */
export function publishedChainsRequest(bridge: Bridge): Request {
  const { table, name, prefix } = bridge
  const nat = (hook: 'prerouting' | 'output') => [
    nft.newChain({ table, name: hook, type: 'nat', hook, priority: dstnat }),
    nft.newRule(table, hook, [toThisMachine(), jump(published)]),
  ]
  const postrouting = (...expressions: is.Expression[]) => nft.newRule(table, 'postrouting', expressions)
  return {
    why: 'the first port of this network: where packets for published ports turn off',
    messages: nft.transaction([
      nft.newPlainChain(table, published),
      nft.newChain({ table, name: 'guard', type: 'filter', hook: 'prerouting', priority: raw }),
      ...[is.destinationIn('127.0.0.0', 8), is.sourceIn('127.0.0.0', 8)].map((loopback) =>
        nft.newRule(table, 'guard', [is.through('iifname', '!=', 'lo'), loopback, is.drop()]),
      ),
      ...nat('prerouting'),
      ...nat('output'),
      // from a neighbour, or from itself: both ends are on the bridge
      postrouting(is.sourceIn(subnetOf(bridge), prefix), is.ofPublishedPort(), is.masquerade()),
      // from this machine by 127.0.0.1: for the container that would be itself
      postrouting(is.sourceIn('127.0.0.0', 8), is.through('oifname', '==', name), is.masquerade()),
    ]),
    allow: 'EEXIST',
  }
}

/** Is the link still there that a rule names? */
export function linkRequest(link: string): Request {
  return {
    why: 'ask for a link: a rule whose link is gone belongs to nobody',
    messages: [getLink(link)],
    allow: 'ENODEV',
  }
}

export function publishedRulesRequest({ table }: Bridge): Request {
  return {
    why: 'ask which ports are published, for those of containers that are gone are taken away',
    messages: [nft.getRules(N.NFPROTO_IPV4, table, published)],
  }
}

/** The setting by which packets with an address of 127.0.0.0/8 may go through this link. ip-sysctl.rst in the kernel */
export function loopbackThrough(link: string): string {
  return `/proc/sys/net/ipv4/conf/${link}/route_localnet`
}

export function loopbackSteps({ name }: Bridge): Step[] {
  const file = openat(C.AT_FDCWD, loopbackThrough(name), C.O_WRONLY | C.O_CLOEXEC)
  const why = 'the first port of this network: let packets for 127.0.0.1 on this machine go to the bridge'
  return stepsOf(7)(why, file, write(file, '1'), close(file))
}

/**
 * Publish the ports of the container behind `link`, and take away those of the dead at the same time. The link's name
 * stays with each rule: it is the lease of the address, and a rule whose link is gone belongs to nobody.
 */
export function publishRequest(
  { table }: Bridge,
  { link, address }: Target,
  ports: readonly PublishedPort[],
  stale: readonly nft.Commented[] = [],
): Request {
  return {
    why: 'send what comes for these ports of the host to the container',
    messages: nft.transaction([
      ...stale.map(({ handle }) => nft.deleteRule(table, published, handle)),
      ...ports.map(({ protocol, containerPort, hostAddress, hostPort }) =>
        nft.newRule(
          table,
          published,
          [
            ...(hostAddress === everyAddress ? [] : [is.destinationIn(hostAddress, 32)]),
            toPort(protocol, hostPort),
            destinationNat(address, containerPort),
          ],
          { comment: link },
        ),
      ),
    ]),
  }
}

export function withdrawRequest({ table }: Bridge, rules: readonly nft.Commented[]): Request {
  return {
    why: 'take away the ports of a container that is gone',
    messages: nft.transaction(rules.map(({ handle }) => nft.deleteRule(table, published, handle))),
    allow: 'ENOENT',
  }
}

/** A bridge sends nothing back through the port that it came from, unless told to: a container may visit its own published port. */
export function hairpinRequest(link: string): Request {
  return { why: 'it may reach its own published port, too', messages: [setHairpin(link)] }
}

/** All that `publish` does, as a list. */
export function publishSteps(bridge: Bridge, target: Target, ports: readonly PublishedPort[]): Step[] {
  const send = (line: string, ...requests: Request[]) =>
    requests.flatMap((request) => stepsFor(stepsOf(7), named(line), request))
  return [
    ...send('firewall', chainsRequest(), publishedChainsRequest(bridge)),
    ...loopbackSteps(bridge),
    ...send('firewall', publishedRulesRequest(bridge), publishRequest(bridge, target, ports)),
    ...(udpPorts(ports).length === 0 ? [] : send('firewall', flowsRequest())),
    ...send('host', hairpinRequest(target.link)),
  ]
}
