// The messages of the route family: links, addresses and routes. Pure values; conversation.ts sends them.
// rtnetlink(7); what each attribute does is in net/core/rtnetlink.c, drivers/net/veth.c, net/ipv4/devinet.c.
//
// A link is meant by its number, its index, which the kernel gives; the words show its name. Where the number is
// not known, as in a list that is only printed, it is 0.

import * as C from '../syscall/constants.ts'
import {
  type Attribute,
  atLeast,
  attribute,
  attributesIn,
  type Message,
  message,
  nested,
  type Received,
  string,
  stringOf,
  u32,
} from './netlink.ts'
import * as N from './numbers.ts'
import { toNumber } from './settings.ts'

/** A link that the kernel has told of. */
export interface Link {
  readonly index: number
  readonly name: string
  readonly up: boolean
  readonly mtu: number
  /** The index of the bridge that it hangs on; 0 for none. */
  readonly master: number
  /** `bridge`, `veth`; empty for a piece of hardware. */
  readonly kind: string
}

/** The loopback has this number in every network namespace: LOOPBACK_IFINDEX in include/net/flow.h */
export const loopback = 1

const makeNew = N.NLM_F_CREATE | N.NLM_F_EXCL

/** Make a bridge, not up yet. */
export function newBridge(name: string, mac: string, mtu: number): Message {
  return message('RTM_NEWLINK', makeNew, linkStruct({}), [
    string('IFLA_IFNAME', name),
    hardwareAddress(mac),
    u32('IFLA_MTU', mtu),
    nested('IFLA_LINKINFO', [string('IFLA_INFO_KIND', 'bridge')]),
  ])
}

export interface VethPair {
  /** The name of the end that stays here. */
  readonly name: string
  /** The bridge that this end is a port of, by name and number. */
  readonly bridge?: { readonly name: string; readonly index: number }
  readonly mtu: number
  /** The other end, and the network namespace (a descriptor) in which it is made. */
  readonly peer: { readonly name: string; readonly mac?: string; readonly netns: number }
}

/**
 * Make a veth pair, which is a cable with two ends: one here, already on, the other in another namespace. That one
 * must be switched on there: the kernel refuses to do so before the pair is complete (ENOTCONN).
 */
export function newVeth({ name, bridge, mtu, peer }: VethPair): Message {
  return message('RTM_NEWLINK', makeNew, linkStruct({ up: true }), [
    string('IFLA_IFNAME', name),
    ...(bridge ? [u32('IFLA_MASTER', bridge.index, byName(bridge.name))] : []),
    u32('IFLA_MTU', mtu),
    nested('IFLA_LINKINFO', [
      string('IFLA_INFO_KIND', 'veth'),
      nested('IFLA_INFO_DATA', [
        nested(
          'VETH_INFO_PEER',
          [
            string('IFLA_IFNAME', peer.name),
            ...(peer.mac ? [hardwareAddress(peer.mac)] : []),
            u32('IFLA_MTU', mtu),
            u32('IFLA_NET_NS_FD', peer.netns, peer.netns === 0 ? 'the new namespace' : String(peer.netns)),
          ],
          linkStruct({}),
        ),
      ]),
    ]),
  ])
}

/** Switch a link on. */
export function setUp(index: number, name: string): Message {
  return message('RTM_NEWLINK', 0, linkStruct({ index, up: true }), [], `${byName(name)} IFF_UP`)
}

/** Make a link a port of a bridge. */
export function plugInto(bridge: Pick<Link, 'index' | 'name'>, link: Pick<Link, 'index' | 'name'>): Message {
  const master = u32('IFLA_MASTER', bridge.index, byName(bridge.name))
  return message(
    'RTM_NEWLINK',
    0,
    linkStruct({ index: link.index }),
    [master],
    `${byName(link.name)} ${master.text}`,
  )
}

/** Let the bridge send packets back through the port that they came from. br_netlink.c in the kernel */
export function setHairpin(link: string): Message {
  return message('RTM_NEWLINK', 0, linkStruct({}), [
    string('IFLA_IFNAME', link),
    nested('IFLA_LINKINFO', [
      string('IFLA_INFO_SLAVE_KIND', 'bridge'),
      nested('IFLA_INFO_SLAVE_DATA', [attribute('IFLA_BRPORT_MODE', Buffer.of(1), '1')]),
    ]),
  ])
}

/** Ask for one link. */
export function getLink(name: string): Message {
  return message('RTM_GETLINK', 0, linkStruct({}), [string('IFLA_IFNAME', name)])
}

/** Ask for the link with this number. */
export function getLinkAt(index: number): Message {
  return message('RTM_GETLINK', 0, linkStruct({ index }), [], `ifi_index=${index}`)
}

/** Ask for all links. */
export function getLinks(): Message {
  return message('RTM_GETLINK', N.NLM_F_DUMP, linkStruct({}), [], 'NLM_F_DUMP')
}

/** Remove a link; a veth pair goes with either of its ends. */
export function deleteLink(name: string): Message {
  return message('RTM_DELLINK', 0, linkStruct({}), [string('IFLA_IFNAME', name)])
}

/** Give a link an address; the subnet becomes reachable through it. */
export function newAddress(
  link: { readonly index: number; readonly name: string },
  address: string,
  prefix: number,
  broadcast: string,
): Message {
  const struct = addressStruct(prefix, link.index)
  const inner = [
    internetAddress('IFA_LOCAL', address),
    internetAddress('IFA_ADDRESS', address),
    internetAddress('IFA_BROADCAST', broadcast),
  ]
  return message(
    'RTM_NEWADDR',
    makeNew,
    struct,
    inner,
    `${byName(link.name)} ${address}/${prefix} IFA_BROADCAST=${broadcast}`,
  )
}

/** Everything that is nowhere else goes to `gateway`. */
export function newDefaultRoute(gateway: string): Message {
  return message(
    'RTM_NEWROUTE',
    makeNew,
    routeStruct(0),
    [internetAddress('RTA_GATEWAY', gateway)],
    `default RTA_GATEWAY=${gateway}`,
  )
}

/** Ask which way packets to `address` go. */
export function getRoute(address: string): Message {
  return message('RTM_GETROUTE', 0, routeStruct(32), [internetAddress('RTA_DST', address)])
}

/** What an answer to `getLink` or `getLinks` says. */
export function linkFrom({ body }: Received): Link {
  const struct = atLeast(linkStructSize, body)
  const attributes = attributesIn(body.subarray(linkStructSize))
  const info = attributesIn(attributes.get(N.attributes.IFLA_LINKINFO) ?? Buffer.alloc(0))
  return {
    index: struct.readInt32LE(4),
    up: (struct.readUInt32LE(8) & N.IFF_UP) !== 0,
    name: stringOf(attributes.get(N.attributes.IFLA_IFNAME)),
    mtu: atLeast(4, attributes.get(N.attributes.IFLA_MTU)).readUInt32LE(0),
    master: atLeast(4, attributes.get(N.attributes.IFLA_MASTER)).readUInt32LE(0),
    kind: stringOf(info.get(N.attributes.IFLA_INFO_KIND)),
  }
}

/** The number of the link through which the answer to `getRoute` leads; 0 if it names none. */
export function wayOut({ body }: Received): number {
  return atLeast(4, attributesIn(body.subarray(routeStructSize)).get(N.attributes.RTA_OIF)).readUInt32LE(0)
}

const linkStructSize = 16
export const addressStructSize = 8
export const routeStructSize = 12

/** struct ifinfomsg: family, padding, type, index, flags, and which of the flags are meant */
function linkStruct({ index = 0, up = false }): Buffer {
  const struct = Buffer.alloc(linkStructSize)
  struct.writeInt32LE(index, 4)
  struct.writeUInt32LE(up ? N.IFF_UP : 0, 8)
  struct.writeUInt32LE(up ? N.IFF_UP : 0, 12)
  return struct
}

/** struct ifaddrmsg: family, prefix length, flags, scope, index */
export function addressStruct(prefix: number, index: number): Buffer {
  const struct = Buffer.from([C.AF_INET, prefix, 0, 0, 0, 0, 0, 0])
  struct.writeUInt32LE(index, 4)
  return struct
}

/** struct rtmsg: family, lengths of destination and source, tos, table, protocol, scope, type, flags */
export function routeStruct(destinationBits: number): Buffer {
  const { RT_TABLE_MAIN, RTPROT_STATIC, RTN_UNICAST } = N
  return Buffer.from([
    C.AF_INET,
    destinationBits,
    0,
    0,
    RT_TABLE_MAIN,
    RTPROT_STATIC,
    0,
    RTN_UNICAST,
    0,
    0,
    0,
    0,
  ])
}

function hardwareAddress(mac: string): Attribute {
  return attribute('IFLA_ADDRESS', Buffer.from(mac.replaceAll(':', ''), 'hex'), mac)
}

function internetAddress(name: N.AttributeName, address: string): Attribute {
  const content = Buffer.alloc(4)
  content.writeUInt32BE(toNumber(address))
  return attribute(name, content, address)
}

/** As strace shows an index. */
function byName(link: string): string {
  return `if_nametoindex("${link}")`
}
