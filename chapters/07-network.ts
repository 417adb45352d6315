// npx tsx chapters/07-network.ts
//
// First two containers without a network of their own. Then one that has one, and it is empty. This chapter lays the
// cables: to another container, and to a web server outside. Each piece is first left out, to see what does not work
// without it. All of it is messages to the kernel, which are shown in words as they are sent.

import { closeSync, openSync, writeFileSync } from 'node:fs'
import { attach } from '../src/network/attach.ts'
import { ask, openNetlink } from '../src/network/conversation.ts'
import { tableRequest } from '../src/network/firewall-plan.ts'
import { makeNamespace, type NetworkNamespace } from '../src/network/namespace.ts'
import { attributesIn, type Message } from '../src/network/netlink.ts'
import { deleteTable, transaction } from '../src/network/nft.ts'
import { loopbackThrough, publishedChainsRequest, publishRequest } from '../src/network/publish-plan.ts'
import * as route from '../src/network/route.ts'
import { broadcastOf, gocker0, hostLinkOf, macOf } from '../src/network/settings.ts'
import { call } from '../src/syscall/call.ts'
import * as C from '../src/syscall/constants.ts'
import { setns, unshare } from '../src/syscall/process.ts'
import { shell } from './ask.ts'
import { type Narrator, tell } from './narrator.ts'
import { firewallThatDrops, letPass } from './other-firewall.ts'
import { connectionsInWords, messageInWords } from './packets.ts'
import {
  findLink,
  hostOutside,
  linksInWords,
  noNetwork,
  outside,
  serve,
  serveToo,
  visit,
  webAt,
} from './web.ts'

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

function shared(tell: Narrator): void {
  const host = stage(tell)
  tell.quietly(() => send(host, route.setUp(route.loopback, 'lo')))
  tell.say('Two containers with namespaces of all kinds but one: they have the network of the host.')
  using _server = tell.quietly(() => serve(noNetwork))
  tell.say(
    'On the host a web server answers the host alone, at 127.0.0.1. Mallory, in a container, visits it:',
  )
  tell.inside(tell.quietly(() => visit(noNetwork, '127.0.0.1')))
  tell.say('Bob wants a web server in his container, too:')
  tell.inside(tell.quietly(serveToo))
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

function message(tell: Narrator): void {
  stage(tell)
  const alice = tell.quietly(makeNamespace)
  const question = route.getLink('lo')
  tell.say("In Alice's network we ask for the link called lo. The question, as it goes through the socket:")
  tell.inside(messageInWords(question))
  const answer = send(alice.socket, question)[0]!
  const { index, name, up, mtu } = route.linkFrom(answer)
  const { size } = attributesIn(answer.body.subarray(16))
  tell.say(`The answer is built in the same way, with ${size} attributes. What we want of it:`)
  tell.inside(`index ${index} · name ${name} · ${up ? 'on' : 'off'} · mtu ${mtu}`)
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
  tell.say('How does the host know whose answer it is? It keeps a list of connections, with both directions:')
  tell.host(tell.quietly(() => connectionsInWords(webAt)))
}

function inward(tell: Narrator): void {
  const host = stage(tell)
  const [alice, far] = tell.quietly(() => {
    const [one, other] = [attach({ mode: 'bridge', address: aliceAt }), outside(host)]
    ask(openNetlink(C.NETLINK_NETFILTER), { why: '', messages: transaction([deleteTable(gocker0.table)]) })
    send(other.socket, route.newDefaultRoute(hostOutside))
    return [one, other]
  })
  using _server = tell.quietly(() => serve(alice.netns))
  using _other = tell.quietly(() => serve(far.netns))
  const from = (netns: number, address: string, patience?: number) =>
    tell.quietly(() => visit(netns, address, patience))
  tell.say(`Alice has a web server, for Bob alone. Mallory sits at ${webAt}, on the same cable as the host.
The host forwards, and has no rules yet. So she sends what is for Alice to the host:`)
  tell.host(`Mallory  ${from(far.netns, aliceAt)}`)
  tell.say('A host that forwards is a router for everyone. With the rules of the last experiment in place:')
  tell.quietly(() => ask(openNetlink(C.NETLINK_NETFILTER), tableRequest(gocker0)))
  tell.host(`Mallory  ${from(far.netns, aliceAt, soon)}`)
  tell.inside(`Alice    ${from(alice.netns, webAt)}`)
  tell.say('And at the address of the host, she meets the host:')
  tell.host(`Mallory  ${from(far.netns, hostOutside)}`)
}

function firewall(tell: Narrator): void {
  const host = stage(tell)
  tell.say('Somebody else has a table on this host, which lets nothing be forwarded. Then Alice is attached:')
  tell.quietly(firewallThatDrops)
  const [alice, web] = tell.quietly(() => [attach({ mode: 'bridge' }), outside(host)])
  using _server = tell.quietly(() => serve(web.netns))
  tell.host(alice.notices.at(-1)!)
  tell.inside(tell.quietly(() => visit(alice.netns, webAt, soon)))
  tell.say(
    'Our table says accept, and that does not count where another says drop. So it has to be said there:',
  )
  tell.quietly(() => letPass(gocker0.name))
  tell.inside(tell.quietly(() => visit(alice.netns, webAt)))
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

function ports(tell: Narrator): void {
  const host = stage(tell)
  const [here, web] = tell.quietly(() => [openSync('/proc/thread-self/ns/net', 'r'), outside(host)])
  const bob = tell.quietly(() => attach({ mode: 'bridge' }))
  using _server = tell.quietly(() => serve(bob.netns))
  tell.quietly(() => send(host, route.setUp(route.loopback, 'lo')))
  tell.say(`Bob's container has a web server, at ${bob.address}. A machine outside knows only the host:`)
  tell.host(tell.quietly(() => visit(web.netns, hostOutside)))
  tell.say(
    `So a port of the host is published. The destination of what comes there is rewritten, which is NAT once more:`,
  )
  const bobsPort = { protocol: 'tcp', containerPort: 80, hostAddress: '0.0.0.0', hostPort: 80 } as const
  const target = { link: bob.hostLink!, address: bob.address! }
  const requests = [publishedChainsRequest(gocker0), publishRequest(gocker0, target, [bobsPort])]
  tell.host(requests.flatMap(({ messages }) => messages.map(({ text }) => text)).join('\n'))
  tell.quietly(() => requests.map((request) => ask(openNetlink(C.NETLINK_NETFILTER), request)))
  tell.host(tell.quietly(() => visit(web.netns, hostOutside)))
  tell.say(
    `The host itself may want to say 127.0.0.1. Such packets never leave a machine, so they do not get to the bridge:`,
  )
  tell.host(tell.quietly(() => visit(here, '127.0.0.1', soon)))
  tell.say('Unless the bridge is told to take them:')
  writeFileSync(loopbackThrough(gocker0.name), '1')
  tell.host(`echo 1 > ${loopbackThrough(gocker0.name)}`)
  tell.host(tell.quietly(() => visit(here, '127.0.0.1')))
  tell.host(
    'now the rule of the chain guard is needed: or Bob could visit what the host keeps at its 127.0.0.1',
  )
  closeSync(here)
  bob.close()
}

await tell({
  number: 7,
  title: 'Network: a cable, a switch, and the way out',
  file: '07-network.ts',
  experiments: [
    { name: 'shared', shows: 'two containers that have the network of the host', run: shared },
    { name: 'loopback', shows: 'an empty network, and the first thing in it', run: loopback },
    { name: 'message', shows: 'what is said to the kernel, byte by byte', run: message },
    { name: 'bridge', shows: 'from one container to another', run: bridge },
    { name: 'nat', shows: 'from a container to a web server outside', run: nat },
    { name: 'inward', shows: 'from outside to a container, and why not', run: inward },
    { name: 'ports', shows: 'from outside to a web server in a container', run: ports },
    { name: 'firewall', shows: 'a host on which somebody else forbids it', run: firewall },
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
