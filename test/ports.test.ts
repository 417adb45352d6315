// Published ports, as a person has them: a server in a container is reached from everywhere, a port that is taken is
// refused before anything starts, and nothing is left of any of it.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRoot, leftSince, places, stateOf, until, useGocker } from './cli/gocker.ts'
import { makeImage } from './cli/image.ts'
import { hostState } from './host-state.ts'
import {
  answers,
  fetchFrom,
  hostAddress,
  type Machine,
  type Machines,
  machines,
  webServer,
} from './network/machines.ts'

useGocker()

const canRun = isRoot && ['ip', 'nft', 'nsenter'].every((tool) => !spawnSync(tool, ['-V']).error)

describe.skipIf(!canRun)('published ports (needs root, ip, nft, nsenter)', () => {
  let all: Machines
  let host: Machine
  let other: Machine
  let before: string[]

  const seen = () => [host.rules(), host.links().join()]

  const portsOf = async (name: string) =>
    (await host.ok('ps', '--format', '{{.Names}} {{.Ports}}'))
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1)

  beforeAll(async () => {
    all = await machines()
    ;({ host, other } = all)
    before = seen()
  })

  afterAll(async () => {
    await host.gocker('rm', '-f', ...(await host.ok('ps', '-aq')).split('\n').filter(Boolean))
    await host.ok('system', 'prune', '-f')
    expect(seen()).toEqual(before)
    await all[Symbol.asyncDispose]()
  })

  describe('a web server in a container', () => {
    beforeAll(async () => {
      await host.ok('run', '-d', '--name', 'web', '-p', '8080:80', 'tiny', ...webServer('web'))
      await answers(host, '127.0.0.1:8080', 'hello from web')
    })

    it('is reached from the host by 127.0.0.1 and by each of its addresses', async () => {
      expect(host.fetch('127.0.0.1:8080')).toBe('hello from web')
      expect(host.fetch(`${hostAddress}:8080`)).toBe('hello from web')
      expect(host.fetch('172.29.0.1:8080')).toBe('hello from web')
    })

    it('is reached from another machine', () => {
      expect(other.fetch(`${hostAddress}:8080`)).toBe('hello from web')
    })

    it("is reached from another container, and from itself, through the host's address", async () => {
      await host.ok('run', '-d', '--name', 'visitor', 'tiny', 'sleep', '1000')
      expect(await fetchFrom(host, 'visitor', `${hostAddress}:8080`)).toBe('hello from web')
      expect(await fetchFrom(host, 'visitor', '172.29.0.1:8080')).toBe('hello from web')
      expect(await fetchFrom(host, 'web', `${hostAddress}:8080`)).toBe('hello from web')
    })

    it('is still reached when its supervisor has gone to sleep', async () => {
      await new Promise((resolve) => setTimeout(resolve, 4000))
      expect(other.fetch(`${hostAddress}:8080`)).toBe('hello from web')
      const { status, stderr } = await host.gocker('run', '--rm', '-p', '8080:80', 'tiny', 'true')
      expect([status, stderr]).toEqual([125, expect.stringContaining('port is already allocated')])
    })

    it('is shown by ps, port and inspect as Docker shows it', async () => {
      expect(await portsOf('web')).toBe('0.0.0.0:8080->80/tcp')
      expect(await host.ok('port', 'web')).toBe('80/tcp -> 0.0.0.0:8080')
      expect(await host.ok('port', 'web', '80')).toBe('0.0.0.0:8080')
      expect(await host.ok('port', 'web', '80/tcp')).toBe('0.0.0.0:8080')
      const [found] = JSON.parse(await host.ok('inspect', 'web'))
      expect(found.NetworkSettings.Ports).toEqual({ '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] })
      expect(found.HostConfig.PortBindings).toEqual({ '80/tcp': [{ HostIp: '', HostPort: '8080' }] })
      expect(found.Config.ExposedPorts).toEqual({ '80/tcp': {} })
      const { status, stderr } = await host.gocker('port', 'web', '81')
      expect([status, stderr]).toEqual([1, "gocker: no public port '81' published for web\n"])
    })

    it('has rules that nft reads as they were meant', () => {
      const lines = host
        .rules()
        .split('\n')
        .map((line) => line.trim())
      for (const line of [
        'fib daddr type local jump published',
        expect.stringMatching(/^tcp dport 8080 dnat to 172\.29\.\d+\.\d+:80 comment "veth-ac1d[0-9a-f]{4}"$/),
        'iifname != "lo" ip daddr 127.0.0.0/8 drop',
        'iifname != "lo" ip saddr 127.0.0.0/8 drop',
        'ip saddr 127.0.0.0/8 oifname "gocker0" masquerade',
        'ip saddr 172.29.0.0/16 ct status dnat masquerade',
      ])
        expect(lines).toContainEqual(line)
    })

    it('keeps its port when it is restarted', async () => {
      await host.ok('restart', '-t', '0', 'web')
      await answers(other, `${hostAddress}:8080`, 'hello from web')
    })

    it('gives its port back when it is stopped: for another one, and to be started again', async () => {
      await host.ok('stop', '-t', '0', 'web')
      expect(other.fetch(`${hostAddress}:8080`)).toBe('ECONNREFUSED')
      expect(await host.ok('port', 'web')).toBe('')
      await host.ok('run', '--rm', '-p', '8080:80', 'tiny', 'true')
      await host.ok('start', 'web')
      await answers(host, '127.0.0.1:8080', 'hello from web')
    })
  })

  describe('a port that is taken', () => {
    const refused = async (port: string) => {
      const { status, stderr } = await host.gocker(
        'run',
        '-d',
        '--name',
        'second',
        '-p',
        port,
        'tiny',
        'sleep',
        '9',
      )
      expect(await host.ok('ps', '-a', '--format', '{{.Names}}')).not.toContain('second')
      return [status, stderr.split('\n')[0]]
    }

    it('by another container is an error before anything starts', async () => {
      expect(await refused('8080:80')).toEqual([
        125,
        'gocker: Bind for 0.0.0.0:8080 failed: port is already allocated',
      ])
      expect(await refused('127.0.0.1:8080:80')).toEqual([
        125,
        'gocker: Bind for 127.0.0.1:8080 failed: port is already allocated',
      ])
    })

    it('by any program on the host, too', async () => {
      const script = 'require("net").createServer().listen(8090, "0.0.0.0", () => console.log("ready"))'
      const { spawn } = await import('node:child_process')
      const ns = `--net=/proc/${stateOf('web')!.engine.pid}/ns/net`
      const server = spawn('nsenter', [ns, process.execPath, '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await new Promise((resolve) => server.stdout.once('data', resolve))
      expect(await refused('8090:80')).toEqual([
        125,
        'gocker: Bind for 0.0.0.0:8090 failed: port is already allocated',
      ])
      server.kill('SIGKILL')
    })

    it('is held against programs of the host, as long as the container runs', () => {
      const script =
        'require("net").createServer().on("error", (e) => console.log(e.code)).listen(8080, "0.0.0.0", () => console.log("mine"))'
      expect(host.tool('timeout', '5', process.execPath, '-e', script).trim()).toBe('EADDRINUSE')
    })

    it('at an address that the host does not have is refused', async () => {
      expect(await refused('10.99.99.99:8099:80')).toEqual([
        125,
        'gocker: failed to bind host port 10.99.99.99:8099/tcp: cannot assign requested address',
      ])
    })
  })

  it('at one address only: from elsewhere it is not reached', async () => {
    await host.ok('run', '-d', '--name', 'local', '-p', '127.0.0.1:8081:80', 'tiny', ...webServer('local'))
    await answers(host, '127.0.0.1:8081', 'hello from local')
    expect(host.fetch(`${hostAddress}:8081`)).toBe('ECONNREFUSED')
    expect(other.fetch(`${hostAddress}:8081`)).toBe('ECONNREFUSED')
    expect(await host.ok('port', 'local')).toBe('80/tcp -> 127.0.0.1:8081')
    await host.ok('rm', '-f', 'local')
  })

  it("do not open the host's own loopback to neighbours and containers (CVE-2020-8558)", async () => {
    // a neighbour who sends packets for 127.0.0.1 to the host, and is set up to take the answers
    other.tool('ip', 'route', 'add', '127.0.0.9/32', 'via', hostAddress)
    other.tool('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet')
    other.tool('ip', 'route', 'del', 'local', '127.0.0.0/8', 'dev', 'lo', 'table', 'local')
    await host.ok(
      'run',
      '-d',
      '--name',
      'private',
      '-p',
      '127.0.0.9:8082:80',
      'tiny',
      ...webServer('private'),
    )
    await answers(host, '127.0.0.9:8082', 'hello from private')
    expect(other.fetch('127.0.0.9:8082')).not.toContain('hello')
    // it is this rule that keeps them out
    host.tool('nft', 'flush', 'chain', 'ip', 'gocker', 'guard')
    expect(other.fetch('127.0.0.9:8082')).toBe('hello from private')
    host.tool('nft', 'add rule ip gocker guard iifname != "lo" ip daddr 127.0.0.0/8 drop')
    host.tool('nft', 'add rule ip gocker guard iifname != "lo" ip saddr 127.0.0.0/8 drop')
    expect(other.fetch('127.0.0.9:8082')).not.toContain('hello')
    await host.ok('rm', '-f', 'private')
  })

  it('let nobody on the bridge speak to the host as 127.0.0.2, whom its services trust', async () => {
    await host.ok('run', '-d', '--name', 'trusted', '-p', '8083:80', 'tiny', ...webServer('trusted'))
    await host.ok('run', '-d', '--name', 'liar', 'tiny', 'sleep', '1000')
    const pid = await host.ok('inspect', '--format', '{{.State.Pid}}', 'liar')
    const inside = (...words: string[]) => host.tool('nsenter', '-t', pid, '-n', ...words)
    // as with a raw socket, for which it has the right
    inside('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet')
    const lie =
      'const s = require("dgram").createSocket("udp4"); s.bind(0, "127.0.0.2", () => s.send("x", 7000, "172.29.0.1", () => s.close()))'
    // by the kernel's own count
    const arrived = () => {
      host.tool(
        'nft',
        'add table ip counting; add chain ip counting in { type filter hook input priority 0; }',
      )
      host.tool('nft', 'add rule ip counting in ip saddr 127.0.0.2 udp dport 7000 counter')
      inside(process.execPath, '-e', lie)
      const packets = /counter packets (\d+)/.exec(host.tool('nft', 'list', 'table', 'ip', 'counting'))?.[1]
      host.tool('nft', 'delete', 'table', 'ip', 'counting')
      return packets
    }
    expect(arrived()).toBe('0')
    // it is this rule that keeps it out
    host.tool('nft', 'flush', 'chain', 'ip', 'gocker', 'guard')
    expect(arrived()).toBe('1')
    host.tool('nft', 'add rule ip gocker guard iifname != "lo" ip daddr 127.0.0.0/8 drop')
    host.tool('nft', 'add rule ip gocker guard iifname != "lo" ip saddr 127.0.0.0/8 drop')
    await host.ok('rm', '-f', 'trusted', 'liar')
  })

  it('a range of ports, port by port, is folded in ps', async () => {
    const range = ['-p', '8000-8003:8000-8003', '-p', '9000-9001:80-81', '-p', '127.0.0.1:5353:53/udp']
    await host.ok('run', '-d', '--name', 'many', ...range, '--expose', '443', 'tiny', 'sleep', '1000')
    expect(await portsOf('many')).toBe(
      '443/tcp, 0.0.0.0:8000-8003->8000-8003/tcp, 127.0.0.1:5353->53/udp, 0.0.0.0:9000->80/tcp, 0.0.0.0:9001->81/tcp',
    )
    await host.ok('rm', '-f', 'many')
  })

  it('a range of the host for one port is the first that is free', async () => {
    for (const name of ['first', 'next'])
      await host.ok('run', '-d', '--name', name, '-p', '8100-8101:80', 'tiny', 'sleep', '1000')
    expect(await host.ok('port', 'first')).toBe('80/tcp -> 0.0.0.0:8100')
    expect(await host.ok('port', 'next')).toBe('80/tcp -> 0.0.0.0:8101')
    const { status } = await host.gocker(
      'run',
      '-d',
      '--name',
      'none-left',
      '-p',
      '8100-8101:80',
      'tiny',
      'true',
    )
    expect(status).toBe(125)
    await host.ok('rm', '-f', 'first', 'next')
  })

  it('-P publishes what the image exposes, at any free ports', async () => {
    makeImage('exposing', () => {}, { ExposedPorts: { '80/tcp': {}, '53/udp': {} } } as object)
    const flags = ['-P', '--expose', '8443']
    await host.ok('run', '-d', '--name', 'all', ...flags, 'exposing', ...webServer('all'))
    const lines = (await host.ok('port', 'all')).split('\n')
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['53/udp', '80/tcp', '8443/tcp'])
    const port = lines[1]!.split(':')[1]
    await answers(other, `${hostAddress}:${port}`, 'hello from all')
    await host.ok('rm', '-f', 'all')
  })

  it('by UDP: answered, and a flow that was there before finds the container that has the port now', async () => {
    const echo =
      'const s=require("dgram").createSocket("udp4");s.on("message",(m,r)=>s.send("got "+m,r.port,r.address));s.bind(53)'
    const mounts = ['/usr', '/lib', '/lib64'].flatMap((path) => ['-v', `${path}:${path}:ro`])
    // someone sends before there is anybody, and goes on from the same port
    expect(other.askUdp(hostAddress, 5300, 40001)).toBe('no answer')
    const node = ['-v', `${process.execPath}:/node:ro`, 'tiny', '/node', '-e', echo]
    await host.ok('run', '-d', '--name', 'names', '-p', '5300:53/udp', ...mounts, ...node)
    await until(() => host.askUdp('127.0.0.1', 5300) === 'got hello')
    expect(other.askUdp(hostAddress, 5300, 40001)).toBe('got hello')
    await host.ok('restart', '-t', '0', 'names')
    await until(() => host.askUdp('127.0.0.1', 5300) === 'got hello')
    expect(other.askUdp(hostAddress, 5300, 40001)).toBe('got hello')
    await host.ok('rm', '-f', 'names')
  })

  it("are discarded with the host's network, and it says so", async () => {
    const { status, stderr } = await host.gocker(
      'run',
      '--rm',
      '--network',
      'host',
      '-p',
      '8083:80',
      'tiny',
      'true',
    )
    expect([status, stderr]).toEqual([
      0,
      'WARNING: Published ports are discarded when using host network mode\n',
    ])
  })

  describe('of the dead', () => {
    const rulesFor = (port: number) =>
      host
        .rules()
        .split('\n')
        .filter((line) => line.includes(`dport ${port} `)).length

    it('are gone when the container is removed', async () => {
      await host.ok('run', '-d', '--name', 'gone', '-p', '8084:80', 'tiny', 'sleep', '1000')
      expect(rulesFor(8084)).toBe(1)
      await host.ok('rm', '-f', 'gone')
      expect(rulesFor(8084)).toBe(0)
    })

    it('are gone when its supervisor was killed and the next command has run', async () => {
      await host.ok('run', '-d', '--name', 'orphan', '-p', '8085:80', 'tiny', 'sleep', '1000')
      process.kill(stateOf('orphan')!.engine.pid, 'SIGKILL')
      expect(await host.ok('ps', '-a', '--format', '{{.Names}} {{.Status}}')).toMatch(/^orphan Exited \(/m)
      expect(rulesFor(8085)).toBe(0)
      await host.ok('start', 'orphan')
      expect(rulesFor(8085)).toBe(1)
      await host.ok('rm', '-f', 'orphan')
    })

    it('are found by prune without anything that was noted', async () => {
      await host.ok('run', '-d', '--name', 'lost', '-p', '8086:80', 'tiny', 'sleep', '1000')
      const { id, engine } = stateOf('lost')!
      const link = /dport 8086 .*(veth-\w+)/.exec(host.rules())![1]!
      spawnSync('rm', ['-rf', `${places.containers}/${id}`, `${places.root}/names/lost`])
      process.kill(engine.pid, 'SIGKILL')
      await until(() => !host.links().includes(link))
      expect(rulesFor(8086)).toBe(1)
      expect(await host.ok('system', 'prune', '-f')).toContain('1 published ports of gocker0')
      expect(rulesFor(8086)).toBe(0)
    })
  })

  it("leave the real host's network alone", async () => {
    const real = hostState()
    await host.ok('run', '--rm', '-p', '8087:80', 'tiny', 'true')
    expect(await leftSince(real)).toEqual([])
    expect(readFileSync('/proc/net/dev', 'utf8')).not.toContain('gk-')
  })
})
