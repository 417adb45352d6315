// Give a container its network: a namespace of its own, and for `bridge` a cable from it to the host's bridge.
//
// On the host it leaves: the bridge, the nf_tables table, and forwarding, all of which stay for the next container
// (removeAll in prune.ts takes them away); and one end of a veth pair, which goes with the namespace.
// All of it is synchronous and belongs on the main thread: for a moment that thread is in the other namespace.

import { existsSync, readFileSync } from 'node:fs'
import { attempt, call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close } from '../syscall/file.ts'
import { perform } from '../syscall/perform.ts'
import { ask, openNetlink } from './conversation.ts'
import { openFirewall } from './firewall.ts'
import { makeNamespace } from './namespace.ts'
import { refusedWith } from './netlink-error.ts'
import * as plan from './plan.ts'
import * as route from './route.ts'
import { type Bridge, candidates, gocker0, hostLinkOf, isIn, macOf } from './settings.ts'

export interface Attachment {
  /** A descriptor of the namespace, for setns(fd, CLONE_NEWNET) in the child. */
  readonly netns: number
  /** All of these are there with mode `bridge` only. */
  readonly address?: string
  readonly gateway?: string
  readonly prefix?: number
  readonly mac?: string
  /** The name of the host's end of the cable: `veth-ac1d0002`. */
  readonly hostLink?: string
  /** Sentences for the user: what was changed on the host, or what will not work. */
  readonly notices: readonly string[]
  /** Let go of the namespace. Without a process in it, the kernel removes it and the cable, soon after. */
  close(): void
  /** Take the cable away now, and let go: for whoever must not see it any more. */
  remove(): void
}

/**
 * Make a network for a container. Nothing stays behind when it throws.
 * @throws NetlinkError, SyscallError; Error if every address is taken
 */
export function attach(options: plan.NetworkOptions): Attachment {
  using opened = new DisposableStack()
  const open = (fd: number) => opened.adopt(fd, (one) => attempt(close(one)))
  const { netns, socket } = makeNamespace()
  open(socket)
  try {
    ask(socket, plan.loopbackRequest())
    if (options.mode === 'none') return { netns, notices: [], ...lettingGo(netns) }

    const bridge = options.bridge ?? gocker0
    const host = open(openNetlink(C.NETLINK_ROUTE))
    const lease = plugIn(host, netns, { ...options, bridge })
    const notices = [...allowForwarding(), ...openFirewall(bridge)]
    const inside = route.linkFrom(ask(socket, plan.getInsideRequest())[0]!)
    ask(socket, plan.addressRequest(lease, inside.index))
    const { address, mac } = lease
    const hostLink = hostLinkOf(address)
    const { address: gateway, prefix } = bridge
    return { netns, address, gateway, prefix, mac, hostLink, notices, ...lettingGo(netns, hostLink) }
  } catch (error) {
    attempt(close(netns))
    throw error
  }
}

function lettingGo(netns: number, hostLink?: string): Pick<Attachment, 'close' | 'remove'> {
  let held = true
  const letGo = () => {
    if (held) call(close(netns))
    held = false
  }
  const remove = () => {
    if (hostLink !== undefined) removeLink(hostLink)
    letGo()
  }
  return { close: letGo, remove }
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

/** The bridge, made if need be. Others may be making it at the same time: that something is there is no error. */
function ensureBridge(host: number, bridge: Bridge): route.Link {
  const found = findBridge(host, bridge)
  if (found?.up) return found
  ask(host, plan.newBridgeRequest(bridge, mtuOfWayOut(host)))
  const made = findBridge(host, bridge)
  if (!made) throw new Error(`The bridge ${bridge.name} was removed in the moment it was made. Try again.`)
  if (existsSync(plan.noIpv6(bridge.name))) perform(plan.ipv4OnlySteps(bridge))
  ask(host, plan.bridgeAddressRequest(bridge, made.index))
  return made
}

function findBridge(host: number, bridge: Bridge): route.Link | undefined {
  const [answer] = ask(host, plan.getBridgeRequest(bridge))
  if (!answer) return undefined
  const link = route.linkFrom(answer)
  if (link.kind !== 'bridge')
    throw new Error(
      `${bridge.name} is there, but it is no bridge.\nRename or remove it: ip link delete ${bridge.name}`,
    )
  return link
}

/** What the link to the outside carries at once, so that what containers send need not be cut up. */
function mtuOfWayOut(host: number): number {
  const [way] = ask(host, plan.wayOutRequest())
  const index = way ? route.wayOut(way) : 0
  if (index <= route.loopback) return plan.usualMtu
  const [link] = ask(host, plan.packetSizeRequest(index))
  return link ? route.linkFrom(link).mtu : plan.usualMtu
}

type OnBridge = plan.NetworkOptions & { readonly bridge: Bridge }

/** A `system prune` may take the empty bridge away just after it was found: then it is made again. */
function plugIn(host: number, netns: number, options: OnBridge): plan.Lease {
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
function layCable(host: number, netns: number, link: route.Link, options: OnBridge): plan.Lease {
  const { bridge } = options
  if (options.address !== undefined && !isIn(bridge, options.address))
    throw new Error(
      `${options.address} is not in the network of ${bridge.name}, ${bridge.address}/${bridge.prefix}.`,
    )
  const addresses = options.address ? [options.address] : candidates(bridge, process.pid + given++)
  for (const address of addresses) {
    const lease = { bridge, address, mac: options.mac ?? macOf(address), mtu: link.mtu }
    try {
      ask(host, plan.vethRequest(lease, link.index, netns))
      return lease
    } catch (error) {
      if (!refusedWith(error, 'EEXIST')) throw error
    }
  }
  throw new Error(
    options.address
      ? `The address ${options.address} belongs to another container.`
      : `All addresses of ${bridge.address}/${bridge.prefix} are given out.\nRemove containers: gocker system prune`,
  )
}

function allowForwarding(): string[] {
  if (readFileSync('/proc/sys/net/ipv4/ip_forward', 'latin1').trim() === '1') return []
  perform(plan.forwardingSteps())
  return ['This host did not forward packets; for its containers it does now (net.ipv4.ip_forward = 1).']
}
