// Exercise 07-4: a cable between two containers.

import type { Message } from '../../../../src/network/netlink.ts'
import { type Link, loopback, newAddress, newVeth, setUp } from '../../../../src/network/route.ts'

/** One container's network namespace. */
export interface Side {
  /** A descriptor of it. */
  readonly netns: number
  /** What its address shall be: `10.7.0.2`. */
  readonly address: string
  /** Say something to the kernel about the links in there. Throws if it refuses. */
  send(...messages: Message[]): void
  /** Ask for a link in there by its name. Throws if there is none. */
  find(name: string): Link
}

export const prefix = 24
export const broadcast = '10.7.0.255'

/** When this is done, Alice reaches Bob, Bob reaches Alice, and each reaches itself. */
export function connect(alice: Side, bob: Side): void {
  alice.send(newVeth({ name: 'eth0', mtu: 1500, peer: { name: 'eth0', netns: bob.netns } }))
  for (const { address, send, find } of [alice, bob]) {
    const eth0 = find('eth0')
    send(setUp(loopback, 'lo'), setUp(eth0.index, eth0.name), newAddress(eth0, address, prefix, broadcast))
  }
}
