// Put one more cable into a network namespace that is there already, and take one out again: for containers on several
// networks, and for those that run. What stays on the host is what attach.ts leaves.

import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close } from '../syscall/file.ts'
import { type Cable, type CableOptions, connectCable, removeLink } from './cable.ts'
import { ask, openNetlink } from './conversation.ts'
import { lineInto } from './namespace.ts'
import * as route from './route.ts'

/**
 * Lay a cable into the namespace; inside, its end gets the first name that is free: eth0, eth1, …
 * @param netns a descriptor of the namespace
 */
export function join(netns: number, options: CableOptions): Cable {
  using lines = new DisposableStack()
  const open = (fd: number) => lines.adopt(fd, (one) => attempt(close(one)))
  const socket = open(lineInto(netns))
  const taken = ask(socket, { why: 'ask which links are in there', messages: [route.getLinks()] }).map(
    (one) => route.linkFrom(one).name,
  )
  let n = 0
  while (taken.includes(`eth${n}`)) n++
  const host = open(openNetlink(C.NETLINK_ROUTE))
  return connectCable(host, { netns, socket }, { ...options, inside: `eth${n}` })
}

/** Take the cable out that ends on the host in `link`; if the namespace has no way out then, `gateway` becomes it. */
export function leave(netns: number, link: string, gateway: string | undefined): void {
  removeLink(link)
  if (gateway === undefined) return
  const socket = lineInto(netns)
  try {
    ask(socket, { why: 'another way out', messages: [route.newDefaultRoute(gateway)], allow: 'EEXIST' })
  } finally {
    attempt(close(socket))
  }
}
