// Make ports of a container reachable from outside, and take them away again. On the host this leaves chains in the
// network's table, which go with it, and one rule a port, which goes with the container: `withdraw` takes it away, and
// if nobody has called that, whoever publishes next in this network, or `system prune`.

import { readFileSync } from 'node:fs'
import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close } from '../syscall/file.ts'
import { perform } from '../syscall/perform.ts'
import { ask, openNetlink } from './conversation.ts'
import { chainsRequest } from './firewall-plan.ts'
import { forgetFlows } from './flows.ts'
import { refusedWith } from './netlink-error.ts'
import { type Commented, chainFrom, commentsIn } from './nft.ts'
import { type PublishedPort, udpPorts } from './ports.ts'
import * as plan from './publish-plan.ts'
import { type Bridge, leaseOf } from './settings.ts'

/**
 * Publish the ports of the container behind the link. The network's table must be there.
 * @throws NetlinkError
 */
export function publish(bridge: Bridge, target: plan.Target, ports: readonly PublishedPort[]): void {
  if (ports.length === 0) return
  withFirewall((fd) => {
    if (!hasChains(fd, bridge)) ask(fd, plan.publishedChainsRequest(bridge))
    allowLoopback(bridge)
    const rules = rulesOf(fd, bridge)
    const gone = linksGone(rules)
    const stale = rules.filter(({ comment }) => comment === target.link || gone.has(comment))
    try {
      ask(fd, plan.publishRequest(bridge, target, ports, stale))
    } catch (error) {
      // somebody else has just taken away the same ones
      if (stale.length === 0 || !refusedWith(error, 'ENOENT')) throw error
      ask(fd, plan.publishRequest(bridge, target, ports))
    }
  })
  forgetFlows(udpPorts(ports))
  withLinks((fd) => ask(fd, plan.hairpinRequest(target.link)))
}

/** Take away the published ports of the containers behind these links. */
export function withdraw(bridge: Bridge, links: readonly string[]): void {
  takeAway(bridge, (rules) => rules.filter(({ comment }) => links.includes(comment)))
}

/**
 * Take away the published ports of containers that are gone: those whose link is.
 * @returns how many there were
 */
export function sweepPorts(bridge: Bridge): number {
  return takeAway(bridge, (rules) => {
    const gone = linksGone(rules)
    return rules.filter(({ comment }) => gone.has(comment))
  })
}

function takeAway(bridge: Bridge, choose: (rules: readonly Commented[]) => Commented[]): number {
  return withFirewall((fd) => {
    const rules = hasChains(fd, bridge) ? choose(rulesOf(fd, bridge)) : []
    if (rules.length > 0) ask(fd, plan.withdrawRequest(bridge, rules))
    return rules.length
  })
}

/** The links, of those that the rules name, that are there no more. A rule is younger than its link, so they are asked for after it. */
function linksGone(rules: readonly Commented[]): Set<string> {
  const names = new Set(rules.map(({ comment }) => comment).filter((name) => leaseOf(name) !== undefined))
  if (names.size === 0) return names
  return withLinks((fd) => new Set([...names].filter((name) => ask(fd, plan.linkRequest(name)).length === 0)))
}

function hasChains(fd: number, bridge: Bridge): boolean {
  return ask(fd, chainsRequest())
    .map(chainFrom)
    .some(({ table, name }) => table === bridge.table && name === plan.published)
}

function rulesOf(fd: number, bridge: Bridge): Commented[] {
  return commentsIn(ask(fd, plan.publishedRulesRequest(bridge)))
}

function allowLoopback(bridge: Bridge): void {
  if (readFileSync(plan.loopbackThrough(bridge.name), 'latin1').trim() !== '1')
    perform(plan.loopbackSteps(bridge))
}

function withFirewall<T>(work: (fd: number) => T): T {
  return withNetlink(C.NETLINK_NETFILTER, work)
}

function withLinks<T>(work: (fd: number) => T): T {
  return withNetlink(C.NETLINK_ROUTE, work)
}

function withNetlink<T>(family: number, work: (fd: number) => T): T {
  const fd = openNetlink(family)
  try {
    return work(fd)
  } finally {
    attempt(close(fd))
  }
}
