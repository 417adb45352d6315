// A cable from a network's bridge into the network namespace of a container: a veth pair, with an address at the
// container's end, rules in the firewall, and published ports. On the host one end of the pair is left, which goes with
// the namespace, and what bridge.ts, firewall.ts and publish.ts leave there.

import { readFileSync } from 'node:fs'
import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close } from '../syscall/file.ts'
import { perform } from '../syscall/perform.ts'
import { ensureBridge, findBridge } from './bridge.ts'
import { ask, openNetlink } from './conversation.ts'
import { openFirewall } from './firewall.ts'
import type { NetworkNamespace } from './namespace.ts'
import { refusedWith } from './netlink-error.ts'
import * as plan from './plan.ts'
import type { PublishedPort } from './ports.ts'
import { publish, withdraw } from './publish.ts'
import * as route from './route.ts'
import { type Bridge, candidates, hostLinkOf, isIn, macOf } from './settings.ts'

export interface CableOptions {
  readonly bridge: Bridge
  /** A certain address; otherwise the first free one. */
  readonly address?: string
  /** The hardware address; otherwise it is derived from the address. */
  readonly mac?: string
  readonly ports?: readonly PublishedPort[]
  /** The name of the link in the container: eth0, unless said. */
  readonly inside?: string
}

export interface Cable {
  readonly address: string
  readonly gateway: string
  readonly prefix: number
  readonly mac: string
  /** The name of the host's end: `veth-ac1d0002`. */
  readonly hostLink: string
  /** Sentences for the user: what was changed on the host, or what will not work. */
  readonly notices: readonly string[]
}

/**
 * Lay a cable into the namespace, and set both of its ends up.
 * @param host a netlink socket for the links of the host
 * @throws NetlinkError; Error if the address, or every address, is taken. Then no cable is left
 */
export function connectCable(
  host: number,
  { netns, socket }: NetworkNamespace,
  options: CableOptions,
): Cable {
  const { bridge, ports = [], inside } = options
  const lease = plugIn(host, netns, options)
  const { address, mac } = lease
  const hostLink = hostLinkOf(address)
  try {
    const forwarding = bridge.internal ? [] : allowForwarding()
    const { notices, hasPorts } = openFirewall(bridge)
    // whoever had the address before may have died with its ports published: they would lead here
    if (hasPorts && ports.length === 0) withdraw(bridge, [hostLink])
    const end = route.linkFrom(ask(socket, plan.getInsideRequest(inside))[0]!)
    ask(socket, plan.addressRequest(lease, end.index, inside))
    if (!bridge.internal) publish(bridge, { link: hostLink, address }, ports)
    return {
      address,
      gateway: bridge.address,
      prefix: bridge.prefix,
      mac,
      hostLink,
      notices: [...forwarding, ...notices],
    }
  } catch (error) {
    removeLink(hostLink)
    throw error
  }
}

/** Take a link away now; no error if it is gone already. */
export function removeLink(name: string): void {
  const host = openNetlink(C.NETLINK_ROUTE)
  try {
    ask(host, { why: 'take the link away', messages: [route.deleteLink(name)], allow: 'ENODEV' })
  } finally {
    attempt(close(host))
  }
}

/** A `system prune` may take the empty bridge away just after it was found: then it is made again. */
function plugIn(host: number, netns: number, options: CableOptions): plan.Lease {
  try {
    return layCable(host, netns, ensureBridge(host, options.bridge), options)
  } catch (error) {
    if (findBridge(host, options.bridge)) throw error
    return layCable(host, netns, ensureBridge(host, options.bridge), options)
  }
}

let given = 0

/**
 * Take an address by making the link that is named after it: if another container has it, the kernel says EEXIST, and
 * the next one is tried. The first try is different for each process: an address that has just become free is
 * not given again soon, and those that start at the same time do not stand in each other's way.
 */
function layCable(host: number, netns: number, link: route.Link, options: CableOptions): plan.Lease {
  const { bridge } = options
  if (options.address !== undefined && !isIn(bridge, options.address))
    throw new Error(
      `${options.address} is not in the network of ${bridge.name}, ${bridge.address}/${bridge.prefix}.`,
    )
  // #region lease
  const addresses = options.address ? [options.address] : candidates(bridge, process.pid + given++)
  for (const address of addresses) {
    const lease = { bridge, address, mac: options.mac ?? macOf(address), mtu: link.mtu }
    try {
      ask(host, plan.vethRequest(lease, link.index, netns, options.inside))
      return lease
    } catch (error) {
      if (!refusedWith(error, 'EEXIST')) throw error
    }
  }
  // #endregion lease
  throw new Error(
    options.address
      ? `Address already in use\nThe address ${options.address} belongs to another container.`
      : `no available IPv4 addresses on this network's address pools\nAll addresses of ${rangeText(bridge)} are given out. Remove containers: gocker rm, gocker system prune`,
  )
}

function rangeText({ range, address, prefix }: Bridge): string {
  return range ? `${range.address}/${range.prefix}` : `${address}/${prefix}`
}

function allowForwarding(): string[] {
  if (readFileSync('/proc/sys/net/ipv4/ip_forward', 'latin1').trim() === '1') return []
  perform(plan.forwardingSteps())
  return ['This host did not forward packets; for its containers it does now (net.ipv4.ip_forward = 1).']
}
