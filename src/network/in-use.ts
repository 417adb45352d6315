// Which addresses this machine knows already, by its own links or by its routes: a new network must not overlap with
// them. Only asks.

import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close } from '../syscall/file.ts'
import { addressFrom, destinationFrom, getAddresses, getRoutes } from './addresses.ts'
import { ask, openNetlink } from './conversation.ts'
import type { Subnet } from './subnet.ts'

/** The subnets of all addresses, and of all routes but the one to everywhere. */
export function subnetsInUse(): Subnet[] {
  const fd = openNetlink(C.NETLINK_ROUTE)
  try {
    const addresses = ask(fd, { why: 'ask which addresses there are', messages: [getAddresses()] })
    const routes = ask(fd, { why: 'ask which routes there are', messages: [getRoutes()] })
    return [
      ...addresses.map((one) => addressFrom(one).subnet),
      ...routes.map(destinationFrom).filter(({ prefix }) => prefix > 0),
    ]
  } finally {
    attempt(close(fd))
  }
}
