// Runs in a process of its own, which first moves into a network namespace: there it plays the host, so that no message
// can reach the links of this machine. Then Alice and Bob are connected, and visit each other.

import { readFileSync } from 'node:fs'
import { linksInWords, serve, visit } from '../../../../chapters/web.ts'
import { ask, openNetlink } from '../../../../src/network/conversation.ts'
import { makeNamespace } from '../../../../src/network/namespace.ts'
import type { Message } from '../../../../src/network/netlink.ts'
import { getLink, linkFrom } from '../../../../src/network/route.ts'
import { call } from '../../../../src/syscall/call.ts'
import { CLONE_NEWNET, NETLINK_ROUTE } from '../../../../src/syscall/constants.ts'
import { unshare } from '../../../../src/syscall/process.ts'
import { report } from '../../../kit.ts'
import { connect, type Side } from './exercise.ts'

/** Which of the names that are used here the links of this machine have. Others may come and go meanwhile. */
const linksOfMachine = () =>
  readFileSync('/proc/1/net/dev', 'utf8')
    .match(/\b(lo|eth\d+)(?=:)/g)
    ?.join()

const before = linksOfMachine()
call(unshare(CLONE_NEWNET))
const host = openNetlink(NETLINK_ROUTE)
const linksOfHost = linksInWords(host)

function container(address: string): Side & { readonly links: () => string[] } {
  const { netns, socket } = makeNamespace()
  return {
    netns,
    address,
    send: (...messages: Message[]) => {
      if (messages.length > 0) ask(socket, { why: '', messages })
    },
    find: (name) => linkFrom(ask(socket, { why: '', messages: [getLink(name)] })[0]!),
    links: () => linksInWords(socket).split(' · '),
  }
}

const [alice, bob, mallory] = [container('10.7.0.2'), container('10.7.0.3'), container('10.7.0.4')]
let refused: string | undefined
try {
  connect(alice, bob)
} catch (error) {
  refused = (error as Error).message
}

using _alice = serve(alice.netns)
using _bob = serve(bob.netns)
/** In ms: enough on a busy machine, and not too long to wait for an answer that will not come. */
const patience = 1000
report({
  refused,
  alice: alice.links(),
  bob: bob.links(),
  host: linksInWords(host) === linksOfHost,
  aliceToBob: visit(alice.netns, bob.address, patience),
  bobToAlice: visit(bob.netns, alice.address, patience),
  aliceToHerself: visit(alice.netns, '127.0.0.1', patience),
  malloryToAlice: visit(mallory.netns, alice.address, 300),
  real: linksOfMachine() === before,
})
