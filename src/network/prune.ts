// Who is on the bridge, and the removal of all that attach.ts leaves on the host: for `gocker system prune`.

import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close } from '../syscall/file.ts'
import { ask, openNetlink } from './conversation.ts'
import { closeFirewall } from './firewall.ts'
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
 * @returns whether it was removed, or was not there in the first place
 */
export function removeAll(bridge: Bridge = gocker0): boolean {
  const links = allLinks()
  const found = links.find(({ name, kind }) => name === bridge.name && kind === 'bridge')
  if (found && links.some(({ master }) => master === found.index)) return false
  closeFirewall(bridge)
  if (found) withHost((fd) => ask(fd, { why: '', messages: [deleteLink(bridge.name)], allow: 'ENODEV' }))
  return true
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
