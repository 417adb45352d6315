// The messages that ask for the addresses and routes of this machine, and what the answers say. Pure values. rtnetlink(7)

import { atLeast, attributesIn, type Message, message, type Received, stringOf } from './netlink.ts'
import * as N from './numbers.ts'
import { addressStruct, addressStructSize, routeStruct, routeStructSize } from './route.ts'
import type { Subnet } from './subnet.ts'

/** Ask for all addresses of IPv4. */
export function getAddresses(): Message {
  return message('RTM_GETADDR', N.NLM_F_DUMP, addressStruct(0, 0), [], 'NLM_F_DUMP')
}

/** Ask for all routes of IPv4, of every table. */
export function getRoutes(): Message {
  return message('RTM_GETROUTE', N.NLM_F_DUMP, routeStruct(0), [], 'NLM_F_DUMP')
}

/** What an answer to `getAddresses` says: the link's name, and its subnet. */
export function addressFrom({ body }: Received): { readonly link: string; readonly subnet: Subnet } {
  const said = attributesIn(body.subarray(addressStructSize))
  const address = said.get(N.attributes.IFA_ADDRESS) ?? said.get(N.attributes.IFA_LOCAL)
  const link = stringOf(said.get(N.attributes.IFA_LABEL))
  return { link, subnet: { address: dotted(address), prefix: atLeast(2, body).readUInt8(1) } }
}

/** Where the route leads that an answer to `getRoutes` tells of: 0.0.0.0/0 is everywhere. */
export function destinationFrom({ body }: Received): Subnet {
  const said = attributesIn(body.subarray(routeStructSize))
  return { address: dotted(said.get(N.attributes.RTA_DST)), prefix: atLeast(2, body).readUInt8(1) }
}

function dotted(address: Buffer | undefined): string {
  return address === undefined ? '0.0.0.0' : [...address].join('.')
}
