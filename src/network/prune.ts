// Who is on the bridge, and the removal of all that attach.ts leaves on the host: for `gocker system prune`.

import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close } from '../syscall/file.ts'
import { ask, openNetlink } from './conversation.ts'
import { closeFirewall, tableNames } from './firewall.ts'
import { sweepPorts } from './publish.ts'
import { deleteLink, getLinks, type Link, linkFrom } from './route.ts'
import { type Bridge, gocker0, leaseOf } from './settings.ts'

/** One address that is given out. */
export interface GivenAddress {
  readonly address: string
  /** The host's end of the cable. */
  readonly link: string
}

/** The addresses that are given out now, as the links of the bridge tell. */
export function list(bridge: Bridge = gocker0): GivenAddress[] {
  const links = allLinks()
  const master = links.find(({ name }) => name === bridge.name)?.index
  return links
    .filter((link) => master !== undefined && link.master === master)
    .map(({ name }) => ({ link: name, address: leaseOf(name) }))
    .filter((lease): lease is GivenAddress => lease.address !== undefined)
}

/**
 * Remove the bridge and our rules, unless something hangs on the bridge. Forwarding stays as it is: others may
 * rely on it by now.
 * @param force remove it whatever hangs on it
 * @returns whether it was removed, or was not there in the first place
 */
export function removeAll(bridge: Bridge = gocker0, { force = false } = {}): boolean {
  const links = allLinks()
  const found = links.find(({ name, kind }) => name === bridge.name && kind === 'bridge')
  if (found && !force && links.some(({ master }) => master === found.index)) return false
  closeFirewall(bridge)
  if (found) withHost((fd) => ask(fd, { why: '', messages: [deleteLink(bridge.name)], allow: 'ENODEV' }))
  return true
}

/** The names of bridges that belong to networks which somebody has made. */
const madeName = /^gk-[0-9a-f]{12}$/

/**
 * Remove the bridges of networks on which nobody is, with their rules: the next container makes them again. From networks
 * that are in use, the published ports of the dead are taken away. What is there is asked of the kernel.
 * @returns what was removed, in words
 */
export function removeUnused(): string[] {
  const links = allLinks()
  const bridges = links.filter(({ kind, name }) => kind === 'bridge' && madeName.test(name))
  const used = bridges.filter(({ index }) => links.some(({ master }) => master === index))
  const tables = tableNames().filter((table) => madeName.test(table))
  const unused = new Set([...bridges.map(({ name }) => name), ...tables])
  for (const { name } of used) unused.delete(name)
  for (const name of unused) removeAll(named(name))
  const swept = [gocker0, ...used.map(({ name }) => named(name))].map(
    (bridge) => [bridge.name, sweepPorts(bridge)] as const,
  )
  return [
    ...[...unused].map((name) => `bridge ${name} and its rules`),
    ...swept.filter(([, count]) => count > 0).map(([name, count]) => `${count} published ports of ${name}`),
  ]
}

/** As much of a network as its name tells. */
function named(name: string): Bridge {
  return { name, table: name, address: '0.0.0.0', prefix: 0 }
}

function allLinks(): Link[] {
  return withHost((fd) => ask(fd, { why: '', messages: [getLinks()] }).map(linkFrom))
}

function withHost<T>(work: (fd: number) => T): T {
  const fd = openNetlink(C.NETLINK_ROUTE)
  try {
    return work(fd)
  } finally {
    attempt(close(fd))
  }
}
