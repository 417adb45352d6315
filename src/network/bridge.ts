// The bridge of a network: found, or made the first time. It stays for the next container; `removeAll` in prune.ts takes
// it away.

import { existsSync } from 'node:fs'
import { perform } from '../syscall/perform.ts'
import { addressFrom } from './addresses.ts'
import { ask } from './conversation.ts'
import * as plan from './plan.ts'
import * as route from './route.ts'
import type { Bridge } from './settings.ts'
import { overlap, subnetText } from './subnet.ts'

/**
 * The bridge, made if need be. Others may be making it at the same time: that something is there is no error.
 * @param host a netlink socket for the links of the host
 */
export function ensureBridge(host: number, bridge: Bridge): route.Link {
  const found = findBridge(host, bridge)
  if (found?.up) return found
  checkOverlap(host, bridge)
  ask(host, plan.newBridgeRequest(bridge, bridge.mtu ?? mtuOfWayOut(host)))
  const made = findBridge(host, bridge)
  if (!made) throw new Error(`The bridge ${bridge.name} was removed in the moment it was made. Try again.`)
  if (existsSync(plan.noIpv6(bridge.name))) perform(plan.ipv4OnlySteps(bridge))
  ask(host, plan.bridgeAddressRequest(bridge, made.index))
  return made
}

/** A network that chose its subnet when this machine had other links would now take their packets. */
function checkOverlap(host: number, bridge: Bridge): void {
  const other = ask(host, plan.addressesRequest())
    .map(addressFrom)
    .find(({ link, subnet }) => link !== bridge.name && overlap(subnet, bridge))
  if (other)
    throw new Error(
      `Pool overlaps with other one on this address space: ${subnetText(bridge)} and ${subnetText(other.subnet)} of the link ${other.link}\nChoose another network: gocker network create --subnet …, and gocker run --network …`,
    )
}

export function findBridge(host: number, bridge: Bridge): route.Link | undefined {
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
