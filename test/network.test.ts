// The network against the real kernel, looked at with ip(8), nft(8) and iptables(8), and used by real programs. Each
// scenario (test/network/scenario.ts) is a process on a host of its own: a network namespace.

import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { networkSteps } from '../src/network/plan.ts'
import { notation } from '../src/syscall/trace.ts'
import { patience } from './patience.ts'

// biome-ignore lint/suspicious/noExplicitAny: what the tools print is JSON without a type
type Found = any

const program = new URL('./network/scenario.ts', import.meta.url).pathname

function scenario(name: string): Found {
  const { stdout, stderr } = spawnSync(process.execPath, [program, name], {
    encoding: 'utf8',
    timeout: patience + 20_000,
  })
  if (stdout === '') throw new Error(`scenario ${name}: ${stderr}`)
  return JSON.parse(stdout)
}

function needs(context: TestContext, ...tools: string[]): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    context.skip('networks are made by root on Linux')
  for (const tool of tools) if (spawnSync(tool, ['--version']).error) context.skip(`${tool} is not installed`)
}

const canRun =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  ['ip', 'nft'].every((tool) => !spawnSync(tool, ['-V']).error)

describe.skipIf(!canRun)('one container on the bridge (needs root, ip, nft)', () => {
  let found: Found
  beforeAll(() => {
    found = scenario('made')
  })

  it('leaves this process in the network where it was', () => {
    expect(found.stayedHome).toBe(true)
  })

  it('sends what the list of steps says, message by message', () => {
    const sent = (calls: string[]) =>
      calls
        .filter((line) => line.startsWith('sendto'))
        .map((line) => line.replace(/^sendto\(\w+/, 'sendto(fd'))
        .map((line) => line.replace(/(ifi_index|IFLA_MTU|IFLA_NET_NS_FD)=[^,}]+/g, '$1=…'))
    const { ports } = found
    const planned = networkSteps({ mode: 'bridge', address: '172.29.0.2', ports }).map(({ call }) =>
      notation(call),
    )
    expect(sent(found.calls)).toEqual(sent(planned))
  })

  it('makes gocker0 a bridge that is on, with the gateway address and a hardware address that never changes', () => {
    expect(found.bridge).toMatchObject({ ifname: 'gocker0', operstate: 'UP', address: '02:42:ac:1d:00:01' })
    expect(found.bridge.linkinfo.info_kind).toBe('bridge')
    expect(found.bridge.addr_info[0]).toMatchObject({
      local: '172.29.0.1',
      prefixlen: 16,
      broadcast: '172.29.255.255',
    })
  })

  it('keeps IPv6 off the bridge: no container can say that it is the way out (CVE-2020-13401)', () => {
    expect(found.bridgeIpv6).toEqual([])
  })

  it('lays a cable whose end on the host is a port of it, named after the address', () => {
    expect(found.veth).toMatchObject({ ifname: 'veth-ac1d0002', master: 'gocker0', operstate: 'UP' })
    expect(found.veth.linkinfo).toMatchObject({ info_kind: 'veth', info_slave_kind: 'bridge' })
    expect(found.attachment.hostLink).toBe('veth-ac1d0002')
    expect(found.leases).toEqual([{ address: '172.29.0.2', link: 'veth-ac1d0002' }])
  })

  it('gives the container lo and eth0, both on, with the address and a hardware address made of it', () => {
    expect(found.inside.map((link: Found) => link.ifname)).toEqual(['lo', 'eth0'])
    const [lo, eth0] = found.inside
    expect(lo.flags).toContain('UP')
    expect(eth0).toMatchObject({ operstate: 'UP', address: '02:42:ac:1d:00:02' })
    expect(eth0.addr_info[0]).toMatchObject({ local: '172.29.0.2', prefixlen: 16 })
  })

  it('sends packets that fit through the way out of the host', () => {
    expect([found.bridge.mtu, found.veth.mtu, found.inside[1].mtu]).toEqual([1400, 1400, 1400])
  })

  it('knows the bridge as the way to everything else', () => {
    expect(found.routes[0]).toMatchObject({ dst: 'default', gateway: '172.29.0.1', dev: 'eth0' })
  })

  it('has rules that nft reads as they were meant', () => {
    expect(found.nftIsJson).toBeGreaterThan(8)
    const lines = found.nft.split('\n').map((line: string) => line.trim())
    expect(lines).toContain('ip saddr 172.29.0.0/16 oifname != "gocker0" masquerade')
    expect(lines).toContain('type filter hook forward priority filter; policy accept;')
    const last = [
      'iifname "gocker0" accept',
      'ct state established,related accept',
      'ct status dnat accept',
      'drop',
    ]
    expect(lines.join('|')).toContain(last.join('|'))
  })

  it('sends what comes for published ports of this machine to the container', () => {
    const lines = found.nft.split('\n').map((line: string) => line.trim())
    expect(lines).toContain('tcp dport 8080 dnat to 172.29.0.2:80 comment "veth-ac1d0002"')
    expect(lines).toContain('ip daddr 127.0.0.1 udp dport 5353 dnat to 172.29.0.2:53 comment "veth-ac1d0002"')
    expect(lines.filter((line: string) => line === 'fib daddr type local jump published')).toHaveLength(2)
    expect(lines).toContain('iifname != "lo" ip daddr 127.0.0.0/8 drop')
    expect(lines).toContain('iifname != "lo" ip saddr 127.0.0.0/8 drop')
  })

  it('switches forwarding on, once, and says so', () => {
    expect(found.forwarding).toBe('1')
    expect(found.attachment.notices).toEqual([expect.stringContaining('net.ipv4.ip_forward = 1')])
    expect(found.secondNotices).toEqual([])
  })

  it('goes with its namespace; prune removes the bridge and the rules only when no one is left', () => {
    expect(found).toMatchObject({ removedWhileUsed: false, gone: true, removed: true, again: true })
    expect(found.same).toBe(true)
  })
})

describe.skipIf(!canRun)('what a container can reach', () => {
  let found: Found
  beforeAll(() => {
    found = scenario('reach')
  })

  it('another container, and is seen by it under its own address', () => {
    expect(found.between).toBe(`seen ${found.a}`)
    expect(found.toItself).toBe('seen 127.0.0.1')
  })

  it('a machine outside that knows no way back, under the address of the host', () => {
    expect(found.out).toBe('seen 203.0.113.1')
  })

  it('and no one outside reaches it, even with a route', () => {
    expect(found.intoFromOutside).toBe('no answer')
  })

  it('nothing outside when the rules are gone; the next container brings them back', () => {
    expect(found.outWithoutTable).toBe('no answer')
    expect(found.outWithTableAgain).toBe('seen 203.0.113.1')
  })

  it('and its cable can be cut at once', () => {
    expect(found.cutAtOnce).toBe(true)
  })
})

describe.skipIf(!canRun)('twenty containers started at the same time', () => {
  it('have twenty addresses, and leave nothing when they are killed', () => {
    const found = scenario('many')
    expect(new Set(found.addresses).size).toBe(20)
    expect(found.leased.toSorted()).toEqual(found.addresses.toSorted())
    expect(found).toMatchObject({ gone: true, removed: true, links: ['lo'], rules: '' })
  })
})

describe.skipIf(!canRun)('a host that refuses to forward', () => {
  it('for Docker: our bridge passes through the chain that Docker leaves to its user, and is taken out again', (context) => {
    needs(context, 'iptables-nft')
    const found = scenario('docker')
    expect(found.out).toBe('seen 203.0.113.1')
    expect(found.rules).toContain('-A DOCKER-USER -i gocker0 -j ACCEPT\n')
    expect(found.rules).toContain('-A DOCKER-USER -o gocker0 -j ACCEPT\n')
    expect(found.notices).toEqual([expect.stringContaining('DOCKER-USER')])
    expect(found).toMatchObject({ again: [], sameRules: true })
    expect(found.after).not.toContain('gocker0')
    expect(found.after).toContain('-A DOCKER-USER -j RETURN')
  })

  it('by a rule of its owner: the message says what blocks, and the command in it helps', () => {
    const found = scenario('refusing')
    expect(found.before).toBe('no answer')
    expect(found.notices).toEqual([expect.stringContaining('inet mine, chain forwarding')])
    expect(found.after).toBe('seen 203.0.113.1')
    expect(found.published).toEqual(['no answer', 'seen 203.0.113.2'])
    expect(found.again).toEqual([])
  })

  it('by firewalld: the message has its command, and is not repeated when it is done', () => {
    const found = scenario('firewalld')
    expect(found.notices).toEqual([expect.stringContaining('firewall-cmd --permanent --zone=trusted')])
    expect(found.again).toEqual([])
  })
})

describe.skipIf(!canRun)('errors of the network', () => {
  let found: Found
  beforeAll(() => {
    found = scenario('errors')
  })

  it('say in words what is wrong', () => {
    expect(found.taken).toContain('The address 172.29.0.9 belongs to another container.')
    expect(found.foreign).toContain('not in the network of gocker0')
    expect(found.noBridge).toContain('it is no bridge')
    expect(found.full).toContain('All addresses of 10.8.0.1/30 are given out')
    expect(found.badMac).toContain('must be even')
  })

  it("name the message, and bring the kernel's own words", () => {
    expect(found.words).toMatch(/RTM_NEWROUTE default.*ENETUNREACH.*\(Nexthop has invalid gateway\)/)
  })

  it('leave no descriptor open', () => {
    expect(found.leaked).toBe(0)
  })
})

describe.skipIf(!canRun)('chapter 7', () => {
  const seen = () =>
    [
      ['ip', '-o', 'link'],
      ['nft', 'list', 'ruleset'],
      ['cat', '/proc/sys/net/ipv4/ip_forward'],
    ]
      .map(([command, ...args]) => spawnSync(command!, args, { encoding: 'utf8' }).stdout)
      .join('')

  it('shows each piece missing and then there, and leaves the host as it was', () => {
    const before = seen()
    const file = new URL('../chapters/07-network.ts', import.meta.url).pathname
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    const answers = [...stdout.matchAll(/(?<=http:.* → ).*/g)].map(([answer]) => answer)
    const experiments = {
      shared: ['"hello, 127.0.0.1"'],
      loopback: [expect.stringContaining('ENETUNREACH'), expect.stringContaining('ECONNREFUSED')],
      bridge: ['no answer', '"hello, 172.29.0.2"'],
      nat: [expect.stringContaining('ENETUNREACH'), 'no answer', 'no answer', '"hello, 203.0.113.1"'],
      inward: [
        '"hello, 203.0.113.2"',
        'no answer',
        '"hello, 203.0.113.1"',
        expect.stringContaining('ECONNREFUSED'),
      ],
      ports: [
        expect.stringContaining('ECONNREFUSED'),
        '"hello, 203.0.113.2"',
        'no answer',
        '"hello, 172.29.0.1"',
      ],
      firewall: ['no answer', '"hello, 203.0.113.1"'],
      all: [expect.stringMatching(/"hello, 172\.29\.\d+\.\d+"/)],
    }
    expect(answers).toEqual(Object.values(experiments).flat())
    expect(stdout).toMatch(
      /172\.29\.0\.2:\d+ → 203\.0\.113\.2:80 {2}is answered by {2}203\.0\.113\.2:80 → 203\.0\.113\.1:/,
    )
    expect(seen()).toBe(before)
  })
})
