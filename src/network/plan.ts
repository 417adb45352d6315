// What is asked of the kernel to attach a container: each request with its reason, in order. Pure: `networkSteps`
// prints it, `attach` sends it, and since both are made of the same functions they cannot drift apart.

import * as C from '../syscall/constants.ts'
import { close, openat, write } from '../syscall/file.ts'
import { named, type Step, stepsOf } from '../syscall/syscall.ts'
import { getAddresses } from './addresses.ts'
import { netlinkSocket, type Request, stepsFor, wantWords } from './conversation.ts'
import { chainsRequest, tableRequest } from './firewall-plan.ts'
import { namespaceSteps } from './namespace.ts'
import type { PublishedPort } from './ports.ts'
import { publishSteps } from './publish-plan.ts'
import * as route from './route.ts'
import { type Bridge, broadcastOf, candidates, gocker0, hostLinkOf, macOf } from './settings.ts'

const step = stepsOf(7)

/** The name of the container's link, as everywhere. */
const insideName = 'eth0'
/** What a link carries at once, in bytes, if nothing is known of the way out. */
export const usualMtu = 1500

export type Mode = 'bridge' | 'none'

/** The bridge is made once and stays: Docker's does, too. It is switched on last, so one that is on is complete. */
export function newBridgeRequest(bridge: Bridge, mtu: number): Request {
  return {
    why: 'the first time: make the bridge, a switch with a cable to each container',
    messages: [route.newBridge(bridge.name, macOf(bridge.address), mtu)],
    allow: 'EEXIST',
  }
}

export function bridgeAddressRequest(bridge: Bridge, index: number): Request {
  const { name, address, prefix } = bridge
  return {
    why: "the first time: give the host an address on it, which will be the containers' gateway, and switch it on",
    messages: [
      route.newAddress({ index, name }, address, prefix, broadcastOf(bridge)),
      route.setUp(index, name),
    ],
    allow: 'EEXIST',
  }
}

export function getBridgeRequest(bridge: Bridge): Request {
  return { why: 'ask for the bridge', messages: [route.getLink(bridge.name)], allow: 'ENODEV' }
}

/** No packet goes there, it is only asked for: an address that is outside of every network. RFC 5737 */
const somewhere = '198.51.100.1'

export function wayOutRequest(): Request {
  return {
    why: 'the first time: ask which link leads outside',
    messages: [route.getRoute(somewhere)],
    allow: 'ENETUNREACH',
  }
}

export function addressesRequest(): Request {
  return {
    why: 'the first time: ask which addresses this machine has, for the network must not overlap with them',
    messages: [getAddresses()],
  }
}

export function packetSizeRequest(index: number): Request {
  return {
    why: 'the first time: ask how large its packets may be, for those of containers shall fit',
    messages: [route.getLinkAt(index)],
  }
}

export function vethRequest(lease: Lease, bridgeIndex: number, netns: number, inside = insideName): Request {
  const { bridge, address, mac, mtu } = lease
  return {
    why: `lay a cable from the bridge into the new namespace; the name of this end is the lease of ${address}`,
    messages: [
      route.newVeth({
        name: hostLinkOf(address),
        bridge: { name: bridge.name, index: bridgeIndex },
        mtu,
        peer: { name: inside, mac, netns },
      }),
    ],
  }
}

/** What a container gets. */
export interface Lease {
  readonly bridge: Bridge
  readonly address: string
  readonly mac: string
  readonly mtu: number
}

export function loopbackRequest(): Request {
  return {
    why: 'in the namespace: switch on the loopback, for 127.0.0.1',
    messages: [route.setUp(route.loopback, 'lo')],
  }
}

export function getInsideRequest(inside = insideName): Request {
  return {
    why: 'in the namespace: ask for the number of its end of the cable',
    messages: [route.getLink(inside)],
  }
}

export function addressRequest({ bridge, address }: Lease, index: number, inside = insideName): Request {
  return {
    why: bridge.internal
      ? 'in the namespace: switch it on, and give it the address; there is no way to anything else'
      : 'in the namespace: switch it on, give it the address, and the bridge as the way to everything else',
    messages: [
      route.setUp(index, inside),
      route.newAddress({ index, name: inside }, address, bridge.prefix, broadcastOf(bridge)),
      ...(bridge.internal ? [] : [route.newDefaultRoute(bridge.address)]),
    ],
    // it may have a way out already, through another network
    allow: 'EEXIST',
  }
}

/** Let this machine pass packets on from one link to another. ip(7) */
export function forwardingSteps(): Step[] {
  return settingSteps(
    'if it is off: let this machine pass packets on from one link to another',
    '/proc/sys/net/ipv4/ip_forward',
  )
}

/** The setting that keeps IPv6 off a link; not there on a host without IPv6. */
export function noIpv6(link: string): string {
  return `/proc/sys/net/ipv6/conf/${link}/disable_ipv6`
}

/**
 * A link that is on has an IPv6 address by itself, and believes whoever says on it that he is the way to the outside:
 * a container could have the host send it everything. CVE-2020-13401
 */
export function ipv4OnlySteps({ name }: Bridge): Step[] {
  return settingSteps(
    'the first time: only IPv4 on the bridge, or a container could make itself the way out of the host',
    noIpv6(name),
  )
}

function settingSteps(why: string, path: string): Step[] {
  const file = openat(C.AT_FDCWD, path, C.O_WRONLY | C.O_CLOEXEC)
  return step(why, file, write(file, '1'), close(file))
}

export interface NetworkOptions {
  readonly mode: Mode
  readonly bridge?: Bridge
  /** The hardware address of eth0; otherwise it is derived from the address. */
  readonly mac?: string
  /** A certain address; otherwise the first free one. */
  readonly address?: string
  /** Reachable from outside through ports of the host. */
  readonly ports?: readonly PublishedPort[]
}

/** All that `attach` does, as a list: numbers that only the kernel knows are shown by name. It touches nothing. */
export function networkSteps({ mode, bridge = gocker0, mac, address, ports = [] }: NetworkOptions): Step[] {
  const unknown = 0
  const inside = named('inside')
  const host = named('host')
  const firewall = named('firewall')
  const loopbackSteps = stepsFor(step, inside, loopbackRequest())
  if (mode === 'none') return [...namespaceSteps(), ...loopbackSteps]

  const leased = address ?? candidates(bridge, 2).next().value!
  const lease = { bridge, address: leased, mac: mac ?? macOf(leased), mtu: bridge.mtu ?? usualMtu }
  const makingBridge = [
    getBridgeRequest(bridge),
    addressesRequest(),
    ...(bridge.mtu === undefined ? [wayOutRequest(), packetSizeRequest(unknown)] : []),
    newBridgeRequest(bridge, lease.mtu),
    { ...getBridgeRequest(bridge), why: 'the first time: ask for its number' },
  ]
  const usingBridge = [bridgeAddressRequest(bridge, unknown), vethRequest(lease, unknown, unknown)]
  const isPublished = ports.length > 0 && !bridge.internal
  return [
    ...namespaceSteps(),
    ...loopbackSteps,
    ...step(
      'a line to the part of the kernel that keeps the links of the host',
      netlinkSocket(C.NETLINK_ROUTE),
      wantWords(host),
    ),
    ...makingBridge.flatMap((request) => stepsFor(step, host, request)),
    ...ipv4OnlySteps(bridge),
    ...usingBridge.flatMap((request) => stepsFor(step, host, request)),
    ...(bridge.internal ? [] : forwardingSteps()),
    ...step('a line to the firewall, nf_tables', netlinkSocket(C.NETLINK_NETFILTER), wantWords(firewall)),
    ...[chainsRequest(), tableRequest(bridge)].flatMap((request) => stepsFor(step, firewall, request)),
    ...[getInsideRequest(), addressRequest(lease, unknown)].flatMap((request) =>
      stepsFor(step, inside, request),
    ),
    ...(isPublished ? publishSteps(bridge, { link: hostLinkOf(leased), address: leased }, ports) : []),
  ]
}
