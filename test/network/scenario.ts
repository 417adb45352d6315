// What the tests of the network do to a host, each in a process and on a host of its own; prints what it found as JSON.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readlinkSync } from 'node:fs'
import { attach } from '../../src/network/attach.ts'
import { ask, openNetlink } from '../../src/network/conversation.ts'
import type { PublishedPort } from '../../src/network/ports.ts'
import { list, removeAll } from '../../src/network/prune.ts'
import { getLinkAt, newDefaultRoute } from '../../src/network/route.ts'
import * as C from '../../src/syscall/constants.ts'
import { notation, observe } from '../../src/syscall/trace.ts'
import { connect, links, outside, ownHost, serve, tool, until } from './host.ts'

const json = (command: string, ...args: string[]) => JSON.parse(tool(command, ...args))

/** Published in the scenario `made`. */
const madePorts: readonly PublishedPort[] = [
  { protocol: 'tcp', containerPort: 80, hostAddress: '0.0.0.0', hostPort: 8080 },
  { protocol: 'udp', containerPort: 53, hostAddress: '127.0.0.1', hostPort: 5353 },
]

/** One container, looked at with the real tools, and its end. */
async function made() {
  ownHost()
  const before = [tool('ip', '-o', 'link'), tool('nft', 'list', 'ruleset')]
  outside()
  tool('ip', 'route', 'add', 'default', 'via', '203.0.113.2')
  const home = readlinkSync('/proc/thread-self/ns/net')
  const calls: string[] = []
  observe(({ call }) => calls.push(notation(call)))
  const one = attach({ mode: 'bridge', address: '172.29.0.2', ports: madePorts })
  observe()
  const inside = (...args: string[]) =>
    json('nsenter', `--net=/proc/${process.pid}/fd/${one.netns}`, 'ip', '-j', ...args)
  const found = {
    calls,
    ports: madePorts,
    attachment: { ...one, netns: undefined },
    stayedHome: readlinkSync('/proc/thread-self/ns/net') === home,
    bridge: json('ip', '-j', '-d', 'addr', 'show', 'gocker0')[0],
    bridgeIpv6: json('ip', '-6', '-j', 'addr', 'show', 'gocker0'),
    veth: json('ip', '-j', '-d', 'link', 'show', 'veth-ac1d0002')[0],
    inside: inside('-d', 'addr'),
    routes: inside('route'),
    nft: tool('nft', 'list', 'table', 'ip', 'gocker'),
    nftIsJson: json('nft', '-j', 'list', 'table', 'ip', 'gocker').nftables.length,
    forwarding: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim(),
    leases: list(),
    removedWhileUsed: removeAll(),
    secondNotices: attach({ mode: 'none' }).notices,
  }
  one.close()
  const gone = await until(() => !links().includes('veth-ac1d0002'))
  tool('ip', 'link', 'delete', 'uplink')
  const removed = removeAll()
  const after = [tool('ip', '-o', 'link'), tool('nft', 'list', 'ruleset')]
  return {
    ...found,
    gone,
    removed,
    again: removeAll(),
    same: JSON.stringify(before) === JSON.stringify(after),
  }
}

/** Two containers and a machine outside that has no route back to them. */
function reach() {
  ownHost()
  const far = outside()
  const [a, b] = [attach({ mode: 'bridge' }), attach({ mode: 'bridge' })]
  using _web = serve(b.netns)
  using _outside = serve(far)
  const route = (verb: string) => {
    const there = `--net=/proc/${process.pid}/fd/${far}`
    tool('nsenter', there, 'ip', 'route', verb, '172.29.0.0/16', 'via', '203.0.113.1')
  }
  const found = {
    a: a.address,
    b: b.address,
    notices: [a.notices, b.notices],
    between: connect(a.netns, b.address!),
    out: connect(a.netns, '203.0.113.2'),
    toItself: connect(b.netns, '127.0.0.1'),
  }
  route('add')
  const intoFromOutside = connect(far, b.address!)
  route('del')
  tool('nft', 'delete', 'table', 'ip', 'gocker')
  const outWithoutTable = connect(a.netns, '203.0.113.2')
  const c = attach({ mode: 'bridge' })
  const outWithTableAgain = connect(c.netns, '203.0.113.2')
  a.remove()
  const cutAtOnce = !links().includes(a.hostLink!)
  return { ...found, intoFromOutside, outWithoutTable, outWithTableAgain, cutAtOnce }
}

/** Twenty processes that attach a container at the same time, and end without a word. */
async function many() {
  ownHost('1')
  const program = new URL('./attach-one.ts', import.meta.url).pathname
  const children = Array.from({ length: 20 }, () =>
    spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  const addresses = await Promise.all(
    children.map(async (child) => String((await once(child.stdout, 'data'))[0]).trim()),
  )
  const leased = list().map(({ address }) => address)
  const ended = children.map((child) => once(child, 'exit'))
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(ended)
  const gone = await until(() => list().length === 0)
  return {
    addresses,
    leased,
    gone,
    removed: removeAll(),
    links: links(),
    rules: tool('nft', 'list', 'ruleset'),
  }
}

/** A host on which Docker refuses to forward for others, as iptables shows it. */
function docker() {
  ownHost('1')
  const far = outside()
  for (const rule of [
    '-N DOCKER-USER',
    '-P FORWARD DROP',
    '-A FORWARD -j DOCKER-USER',
    '-A DOCKER-USER -j RETURN',
  ])
    tool('iptables-nft', ...rule.split(' '))
  using _outside = serve(far)
  const first = attach({ mode: 'bridge' })
  const out = connect(first.netns, '203.0.113.2')
  const rules = tool('iptables-nft', '-S', 'DOCKER-USER')
  const second = attach({ mode: 'bridge' })
  const sameRules = tool('iptables-nft', '-S', 'DOCKER-USER') === rules
  for (const one of [first, second]) one.remove()
  removeAll()
  return {
    notices: first.notices,
    again: second.notices,
    out,
    rules,
    sameRules,
    after: tool('iptables-nft', '-S'),
  }
}

/** A host whose owner refuses to forward; then what the notice says is done. */
function refusing() {
  ownHost('1')
  const far = outside()
  tool(
    'nft',
    'add table inet mine; add chain inet mine forwarding { type filter hook forward priority 10; policy drop; }',
  )
  using _outside = serve(far)
  const ports = [{ protocol: 'tcp', containerPort: 80, hostAddress: '0.0.0.0', hostPort: 80 }] as const
  const first = attach({ mode: 'bridge', ports })
  using _inside = serve(first.netns)
  const before = connect(first.netns, '203.0.113.2')
  const publishedBefore = connect(far, '203.0.113.1')
  for (const command of first.notices.join().split('\nDo: ')[1]!.split(' && ')) tool('sh', '-c', command)
  const second = attach({ mode: 'bridge' })
  return {
    notices: first.notices,
    before,
    after: connect(first.netns, '203.0.113.2'),
    published: [publishedBefore, connect(far, '203.0.113.1')],
    again: second.notices,
  }
}

/** firewalld refuses with the last rule of its chain; the person then names our bridge in its table. */
function firewalld() {
  ownHost('1')
  const chain = 'inet firewalld filter_FORWARD'
  tool('nft', `add table inet firewalld; add chain ${chain} { type filter hook forward priority 10; }`)
  tool('nft', `add rule ${chain} reject with icmpx type admin-prohibited`)
  const { notices } = attach({ mode: 'bridge' })
  tool('nft', `insert rule ${chain} iifname gocker0 accept`)
  return { notices, again: attach({ mode: 'bridge' }).notices }
}

/** What goes wrong, in words. */
function errors() {
  ownHost('1')
  const said = (work: () => unknown) => {
    try {
      work()
      return 'no error'
    } catch (error) {
      return (error as Error).message
    }
  }
  attach({ mode: 'bridge', address: '172.29.0.9' })
  const descriptors = () => Number(tool('sh', '-c', `ls /proc/${process.pid}/fd | wc -l`))
  const open = descriptors()
  const route = openNetlink(C.NETLINK_ROUTE)
  tool('ip', 'link', 'add', 'wrong', 'type', 'veth')
  return {
    taken: said(() => attach({ mode: 'bridge', address: '172.29.0.9' })),
    foreign: said(() => attach({ mode: 'bridge', address: '10.0.0.9' })),
    noBridge: said(() =>
      attach({ mode: 'bridge', bridge: { name: 'wrong', address: '10.9.0.1', prefix: 24, table: 'x' } }),
    ),
    badMac: said(() => attach({ mode: 'bridge', mac: '01:00:00:00:00:01' })),
    words: said(() => ask(route, { why: '', messages: [getLinkAt(1), newDefaultRoute('198.51.100.1')] })),
    full: said(() => {
      const bridge = { name: 'small', address: '10.8.0.1', prefix: 30, table: 'small' }
      for (let i = 0; i < 2; i++) attach({ mode: 'bridge', bridge })
    }),
    leaked: descriptors() - open - 2, // `route`, and the one of the two that found room in the small network
  }
}

const scenarios = { made, reach, many, docker, refusing, firewalld, errors }
console.log(JSON.stringify(await scenarios[process.argv[2] as keyof typeof scenarios]()))
process.exit()
