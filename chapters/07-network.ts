// npx tsx chapters/07-network.ts
//
// A container has a network of its own, and it is empty. This chapter lays the cables: to another container, and to a
// web server outside. Each piece is first left out, to see what does not work without it. All of it is messages to
// the kernel, which are shown in words as they are sent.

import { writeFileSync } from 'node:fs'
import { attach } from '../src/network/attach.ts'
import { ask, openNetlink } from '../src/network/conversation.ts'
import { tableRequest } from '../src/network/firewall-plan.ts'
import { makeNamespace, type NetworkNamespace } from '../src/network/namespace.ts'
import type { Message } from '../src/network/netlink.ts'
import * as route from '../src/network/route.ts'
import { broadcastOf, gocker0, hostLinkOf, macOf } from '../src/network/settings.ts'
import { call } from '../src/syscall/call.ts'
import * as C from '../src/syscall/constants.ts'
import { setns, unshare } from '../src/syscall/process.ts'
import { shell } from './ask.ts'
import { type Narrator, tell } from './narrator.ts'
import { findLink, hostOutside, linksInWords, outside, serve, visit, webAt } from './web.ts'

const aliceAt = '172.29.0.2'
const bobAt = '172.29.0.3'
const mtu = 1500
/** How long to wait, in ms, where no answer will come. */
const soon = 250

/** Messages in one packet to the kernel. */
const send = (line: number, ...messages: Message[]) => ask(line, { why: '', messages })
const linkNamed = (tell: Narrator, line: number, name: string) => tell.quietly(() => findLink(line, name))
const links = (tell: Narrator, line: number) => tell.quietly(() => linksInWords(line))
const allowForwarding = (value: '0' | '1') => writeFileSync('/proc/sys/net/ipv4/ip_forward', value)
const newBridge = () => route.newBridge(gocker0.name, macOf(gocker0.address), mtu)
const newAddress = (link: route.Link, address: string) =>
  route.newAddress(link, address, gocker0.prefix, broadcastOf(gocker0))

let onStage = false

/** The real host keeps its links and rules: this process plays the host. What it builds goes with it. */
function stage(tell: Narrator): number {
  const enter = () => {
    call(unshare(C.CLONE_NEWNET))
    allowForwarding('0')
    return openNetlink(C.NETLINK_ROUTE)
  }
  if (onStage) return tell.quietly(enter)
  onStage = true
  tell.say(
    'This process moves into a network of its own, plays the host there, and opens a line to the kernel:',
  )
  return enter()
}

/** Lay a cable from the host into a container; on the host its end is called after the container's address. */
function layCable(host: number, { netns }: NetworkNamespace, address: string, bridge?: route.Link): void {
  const peer = { name: 'eth0', mac: macOf(address), netns }
  send(host, route.newVeth({ name: hostLinkOf(address), bridge, mtu, peer }))
}

/** Switch the container's end on, and give it an address. */
function setUpInside(tell: Narrator, { socket }: NetworkNamespace, address: string): void {
  const eth0 = linkNamed(tell, socket, 'eth0')
  send(socket, route.setUp(eth0.index, 'eth0'), newAddress(eth0, address))
}

function loopback(tell: Narrator): void {
  stage(tell)
  tell.say("Alice's container gets a network namespace. In it is a loopback, and it is off:")
  const alice = makeNamespace()
  tell.inside(links(tell, alice.socket))
  tell.inside(tell.quietly(() => visit(alice.netns, '127.0.0.1')))
  tell.say('Alice does not even reach herself. So the first message is always the same, lo on:')
  send(alice.socket, route.setUp(route.loopback, 'lo'))
  tell.inside(tell.quietly(() => visit(alice.netns, '127.0.0.1')))
}

function bridge(tell: Narrator): void {
  const host = stage(tell)
  const [alice, bob] = tell.quietly(() => [makeNamespace(), makeNamespace()])
  using _server = tell.quietly(() => serve(bob.netns))
  tell.say(
    'A cable from the host to Alice, and one to Bob. Each has two ends, and one is made in the container:',
  )
  layCable(host, alice, aliceAt)
  layCable(host, bob, bobAt)
  tell.host(links(tell, host))
  tell.say('In the container, that end is switched on and gets an address. Alice visits Bob:')
  setUpInside(tell, alice, aliceAt)
  setUpInside(tell, bob, bobAt)
  tell.inside(links(tell, alice.socket))
  tell.inside(tell.quietly(() => visit(alice.netns, bobAt, soon)))
  tell.say('Both cables end in the host, where nothing joins them. A bridge does: a switch made of software.')
  send(host, newBridge())
  const gocker = linkNamed(tell, host, gocker0.name)
  send(
    host,
    route.setUp(gocker.index, gocker.name),
    ...[aliceAt, bobAt].map((at) => route.plugInto(gocker, linkNamed(tell, host, hostLinkOf(at)))),
  )
  tell.host(links(tell, host))
  tell.inside(tell.quietly(() => visit(alice.netns, bobAt)))
}

function nat(tell: Narrator): void {
  const host = stage(tell)
  const [alice, web] = tell.quietly(() => [makeNamespace(), outside(host)])
  using _server = tell.quietly(() => serve(web.netns))
  const tryIt = (patience?: number) => tell.inside(tell.quietly(() => visit(alice.netns, webAt, patience)))
  tell.say('Alice on the bridge, as before. Far away is a web server, which the host can reach:')
  send(host, newBridge())
  const gocker = linkNamed(tell, host, gocker0.name)
  send(host, route.setUp(gocker.index, gocker.name))
  layCable(host, alice, aliceAt, gocker)
  setUpInside(tell, alice, aliceAt)
  tryIt()
  tell.say(
    'Alice knows her neighbours only. The host gets an address on the bridge, and becomes her way out:',
  )
  send(host, newAddress(gocker, gocker0.address))
  send(alice.socket, route.newDefaultRoute(gocker0.address))
  tryIt(soon)
  tell.say('The packet reaches the host, and ends there: a host is no router until it is told to be one.')
  allowForwarding('1')
  tell.host('echo 1 > /proc/sys/net/ipv4/ip_forward')
  tryIt(soon)
  tell.say(`Now the request arrives. But the answer is for ${aliceAt}, and nobody out there knows where that is.
So the host puts its own address on packets as they leave, and takes it off the answers: NAT, a job for nf_tables.
These messages go in one packet, and are taken together or not at all:`)
  tell.host(
    tableRequest(gocker0)
      .messages.map(({ text }) => text)
      .join('\n'),
  )
  tell.quietly(() => ask(openNetlink(C.NETLINK_NETFILTER), tableRequest(gocker0)))
  tryIt()
  tell.host(
    `for the web server, Alice is ${hostOutside}. And her subnet may be in use on every host in the world`,
  )
}

function all(tell: Narrator): void {
  const host = stage(tell)
  tell.say(
    'What `gocker run` does is all of this at once. The first time, neither bridge nor rules are there:',
  )
  const alice = attach({ mode: 'bridge' })
  tell.host(alice.notices.join('\n'))
  tell.say('For the next container one look at each is enough:')
  const begin = performance.now()
  const bob = tell.quietly(() => attach({ mode: 'bridge' }))
  tell.host(`attached in ${(performance.now() - begin).toFixed(1)} ms`)
  using _server = tell.quietly(() => serve(bob.netns))
  tell.inside(tell.quietly(() => visit(alice.netns, bob.address!)))
  tell.say(
    'Who gave them the addresses? The kernel takes the name of a link only once. That name is the lease:',
  )
  tell.host(links(tell, host))
  tell.host(`${alice.hostLink} is ${alice.address}, ${bob.hostLink} is ${bob.address}`)
  tell.say('It goes with the link, and the link with the namespace, when no process is left in it.')
  alice.close()
  bob.close()
}

await tell({
  number: 7,
  title: 'Network: a cable, a switch, and the way out',
  file: '07-network.ts',
  experiments: [
    { name: 'loopback', shows: 'an empty network, and the first thing in it', run: loopback },
    { name: 'bridge', shows: 'from one container to another', run: bridge },
    { name: 'nat', shows: 'from a container to a web server outside', run: nat },
    { name: 'all', shows: 'everything at once, as gocker run does it', run: all },
  ],
  shell: async (tell) => {
    const host = stage(tell)
    using _server = serve(outside(host).netns)
    const { netns, address, notices } = attach({ mode: 'bridge' })
    tell.host(notices.join('\n'))
    tell.say(
      `A shell at ${address}, with a web server at ${webAt}. Try: ip addr, ip route, ping ${webAt}, wget -qO- ${webAt}`,
    )
    await shell(0, [setns(netns, C.CLONE_NEWNET)])
  },
})
