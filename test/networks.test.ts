// Networks that a person makes: who is on one finds the others by name, and reaches nobody on another.

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRoot, places, stateOf, until, useGocker } from './cli/gocker.ts'
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

describe.skipIf(!canRun)('networks (need root, ip, nft, nsenter)', () => {
  let all: Machines
  let host: Machine
  let other: Machine
  let before: string[]

  const seen = () => [host.rules(), host.links().join()]
  const server = (name: string, ...flags: string[]) =>
    host.ok('run', '-d', '--name', name, ...flags, 'tiny', ...webServer(name))
  const inside = async (name: string, script: string) =>
    (await host.gocker('exec', name, 'sh', '-c', script)).stdout.trim()
  /** The address that a name has in a container; nothing if it has none. */
  const lookUp = async (container: string, name: string) =>
    /\(([\d.]+)\)/.exec(await inside(container, `ping -c 1 -W 1 ${name} 2>&1`))?.[1]
  const addressOf = (container: string, network: string) =>
    host.ok('inspect', '-f', `{{index .NetworkSettings.Networks "${network}" "IPAddress"}}`, container)
  const ready = (name: string) =>
    until(async () => (await fetchFrom(host, name, 'localhost')) === `hello from ${name}`)
  const refused = async (...args: string[]) => {
    const { status, stderr } = await host.gocker(...args)
    return [status, stderr.trim()]
  }

  beforeAll(async () => {
    all = await machines()
    ;({ host, other } = all)
    before = seen()
  })

  afterAll(async () => {
    await host.gocker('rm', '-f', ...(await host.ok('ps', '-aq')).split('\n').filter(Boolean))
    await host.ok('system', 'prune', '-f')
    expect(seen()).toEqual(before)
    expect(readdirSync(`${places.root}/networks`)).toEqual([])
    await all[Symbol.asyncDispose]()
  })

  it('are listed: three that are always there, with the columns of Docker', async () => {
    const lines = (await host.ok('network', 'ls')).split('\n').map((line) => line.split(/\s{2,}/))
    expect(lines[0]).toEqual(['NETWORK ID', 'NAME', 'DRIVER', 'SCOPE'])
    expect(lines.slice(1).map(([, ...rest]) => rest)).toEqual([
      ['bridge', 'bridge', 'local'],
      ['host', 'host', 'local'],
      ['none', 'null', 'local'],
    ])
  })

  it('are made without touching the kernel, on a subnet that nothing else uses', async () => {
    const id = await host.ok('network', 'create', '--label', 'team=red', 'red')
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    host.tool('ip', 'route', 'add', '172.19.0.0/16', 'via', '203.0.113.2')
    await host.ok('network', 'create', 'blue')
    expect(seen()).toEqual(before)
    const [red, blue] = JSON.parse(await host.ok('network', 'inspect', 'red', 'blue'))
    expect(red).toMatchObject({
      Name: 'red',
      Id: id,
      Driver: 'bridge',
      Scope: 'local',
      Labels: { team: 'red' },
    })
    expect(red.IPAM.Config).toEqual([{ Subnet: '172.18.0.0/16', Gateway: '172.18.0.1' }])
    expect(blue.IPAM.Config).toEqual([{ Subnet: '172.20.0.0/16', Gateway: '172.20.0.1' }])
    host.tool('ip', 'route', 'del', '172.19.0.0/16')
  })

  it('are filtered, and shown as one likes', async () => {
    const ls = (...args: string[]) => host.ok('network', 'ls', ...args)
    expect(await ls('--filter', 'type=custom', '--format', '{{.Name}}')).toBe('blue\nred')
    expect(await ls('--filter', 'label=team=red', '--format', '{{.Name}} {{.Internal}}')).toBe('red false')
    expect(await ls('--filter', 'driver=null', '--format', '{{.Name}}')).toBe('none')
    expect((await ls('-q')).split('\n').every((id) => /^[0-9a-f]{12}$/.test(id))).toBe(true)
    expect((await ls('-q', '--no-trunc')).split('\n').every((id) => /^[0-9a-f]{64}$/.test(id))).toBe(true)
  })

  describe('two of them', () => {
    beforeAll(async () => {
      await server('web', '--network', 'red', '--network-alias', 'www')
      await server('db', '--network', 'red', '--hostname', 'database.example.org')
      await server('alone', '--network', 'blue')
      for (const name of ['web', 'db', 'alone']) await ready(name)
    })

    it('have bridges and rules once somebody is on them', async () => {
      const red = await host.ok('network', 'ls', '-q', '--filter', 'name=red')
      expect(host.links()).toContain(`gk-${red}`)
      const lines = host
        .rules()
        .split('\n')
        .map((line) => line.trim())
      expect(lines).toContain(`table ip gk-${red} {`)
      expect(lines).toContain(`ip saddr 172.18.0.0/16 oifname != "gk-${red}" masquerade`)
    })

    it('let those on one reach each other by name, alias, short id and hostname', async () => {
      const { id } = stateOf('web')!
      const address = await addressOf('web', 'red')
      for (const name of ['web', 'www', id.slice(0, 12)]) expect(await lookUp('db', name)).toBe(address)
      expect(await lookUp('web', 'database.example.org')).toBe(await addressOf('db', 'red'))
      expect(await fetchFrom(host, 'db', 'www')).toBe('hello from web')
      // and itself
      expect(await lookUp('web', 'www')).toBe(address)
    })

    it('cannot see each other: neither names nor addresses, in either direction', async () => {
      expect(await lookUp('alone', 'web')).toBeUndefined()
      expect(await lookUp('web', 'alone')).toBeUndefined()
      expect(await fetchFrom(host, 'alone', await addressOf('web', 'red'))).toBe('')
      expect(await fetchFrom(host, 'web', await addressOf('alone', 'blue'))).toBe('')
      expect(
        await inside('alone', `ping -c 1 -W 1 ${await addressOf('web', 'red')} | grep received`),
      ).toContain(' 0 packets')
    })

    it('and the network bridge, which has no names, cannot see them, nor they it', async () => {
      await server('plain')
      expect(await lookUp('plain', 'web')).toBeUndefined()
      expect(await fetchFrom(host, 'plain', await addressOf('web', 'red'))).toBe('')
      expect(await fetchFrom(host, 'web', await addressOf('plain', 'bridge'))).toBe('')
      await host.ok('rm', '-f', 'plain')
    })

    it('reach the outside, with packets that fit through the way out of the host', async () => {
      other.tool(
        'sh',
        '-c',
        'mkdir -p /tmp/gocker-www; cd /tmp/gocker-www; echo outside > index.html; busybox httpd -p 80',
      )
      await until(async () => (await fetchFrom(host, 'alone', '203.0.113.2')) === 'outside')
      expect(await inside('alone', 'cat /sys/class/net/eth0/mtu')).toBe('1400')
      other.tool('sh', '-c', 'rm -r /tmp/gocker-www; fuser -k 80/tcp || busybox pkill -f "httpd -p 80"')
    })

    it('know who is there at once: a start, a new name, an end', async () => {
      await server('late', '--network', 'red')
      const address = await addressOf('late', 'red')
      expect(await lookUp('web', 'late')).toBe(address)
      await host.ok('rename', 'late', 'later')
      expect(await lookUp('web', 'later')).toBe(address)
      expect(await lookUp('web', 'late')).toBeUndefined()
      await host.ok('restart', '-t', '0', 'later')
      expect(await lookUp('web', 'later')).toBe(await addressOf('later', 'red'))
      await host.ok('stop', '-t', '0', 'later')
      expect(await lookUp('web', 'later')).toBeUndefined()
      await host.ok('rm', 'later')
    })

    it('forget one whose supervisor was killed, with the next command', async () => {
      await server('victim', '--network', 'red')
      expect(await lookUp('web', 'victim')).toBeDefined()
      process.kill(stateOf('victim')!.engine.pid, 'SIGKILL')
      await until(
        async () => (await host.ok('ps', '--format', '{{.Names}}')).split('\n').includes('victim') === false,
      )
      expect(await lookUp('web', 'victim')).toBeUndefined()
      await host.ok('rm', 'victim')
    })

    it('leave alone what a container writes into its /etc/hosts', async () => {
      await inside('web', 'echo 10.1.1.1 mine >> /etc/hosts')
      await host.ok('run', '-d', '--name', 'passing', '--network', 'red', 'tiny', 'sleep', '1000')
      expect(await inside('web', 'grep -c mine /etc/hosts; grep -c passing /etc/hosts')).toBe('1\n1')
      await host.ok('rm', '-f', 'passing')
    })

    it('publish ports, and are reached through them from another network, too', async () => {
      await server('shop', '--network', 'red', '-p', '8200:80')
      await answers(other, `${hostAddress}:8200`, 'hello from shop')
      expect(host.fetch('127.0.0.1:8200')).toBe('hello from shop')
      expect(await fetchFrom(host, 'web', `${hostAddress}:8200`)).toBe('hello from shop')
      expect(await fetchFrom(host, 'alone', `${hostAddress}:8200`)).toBe('hello from shop')
      await host.ok('rm', '-f', 'shop')
    })
  })

  describe('connect and disconnect, while a container runs', () => {
    it('make a container a member at once, and no member any more', async () => {
      await host.ok('network', 'connect', '--alias', 'second', 'blue', 'web')
      expect(await lookUp('alone', 'second')).toBe(await addressOf('web', 'blue'))
      expect(await fetchFrom(host, 'alone', 'web')).toBe('hello from web')
      expect(await lookUp('web', 'alone')).toBe(await addressOf('alone', 'blue'))
      // the other network is still there
      expect(await lookUp('db', 'web')).toBe(await addressOf('web', 'red'))
      const [blue] = JSON.parse(await host.ok('network', 'inspect', 'blue'))
      expect(
        Object.values(blue.Containers)
          .map((one) => (one as { Name: string }).Name)
          .toSorted(),
      ).toEqual(['alone', 'web'])
      await host.ok('network', 'disconnect', 'blue', 'web')
      expect(await lookUp('alone', 'web')).toBeUndefined()
      expect(await lookUp('web', 'alone')).toBeUndefined()
      expect(await inside('web', 'ls /sys/class/net')).toBe('eth0\nlo')
    })

    it('move its way out and its published ports to another of its networks', async () => {
      await server('mover', '--network', 'red', '-p', '8201:80')
      await answers(other, `${hostAddress}:8201`, 'hello from mover')
      await host.ok('network', 'connect', 'blue', 'mover')
      await host.ok('network', 'disconnect', 'red', 'mover')
      expect(await inside('mover', 'ip route | grep default')).toContain('via 172.20.0.1')
      expect(other.fetch(`${hostAddress}:8201`)).toBe('hello from mover')
      expect(await host.ok('port', 'mover')).toBe('80/tcp -> 0.0.0.0:8201')
      await host.ok('network', 'disconnect', '-f', 'blue', 'mover')
      expect(other.fetch(`${hostAddress}:8201`)).not.toContain('hello')
      expect(await host.ok('port', 'mover')).toBe('')
      await host.ok('network', 'connect', 'red', 'mover')
      expect(other.fetch(`${hostAddress}:8201`)).toBe('hello from mover')
      await host.ok('rm', '-f', 'mover')
    })

    it('count for the next start, too', async () => {
      await host.ok('create', '--name', 'sleeper', '--network', 'red', 'tiny', 'sleep', '1000')
      await host.ok('network', 'connect', 'blue', 'sleeper')
      await host.ok('start', 'sleeper')
      expect(await inside('sleeper', 'ls /sys/class/net')).toBe('eth0\neth1\nlo')
      expect(await lookUp('alone', 'sleeper')).toBe(await addressOf('sleeper', 'blue'))
      await host.ok('network', 'disconnect', 'red', 'sleeper')
      await host.ok('restart', '-t', '0', 'sleeper')
      expect(await inside('sleeper', 'ls /sys/class/net')).toBe('eth0\nlo')
      await host.ok('rm', '-f', 'sleeper')
    })

    it('are refused where they make no sense, in the words of Docker', async () => {
      expect(await refused('network', 'connect', 'red', 'web')).toEqual([
        1,
        'gocker: endpoint with name web already exists in network red',
      ])
      expect(await refused('network', 'disconnect', 'blue', 'web')).toEqual([
        1,
        `gocker: container ${stateOf('web')!.id} is not connected to network blue`,
      ])
      expect(await refused('network', 'connect', 'host', 'web')).toEqual([
        1,
        'gocker: cannot connect container to host network - container must be created in host network mode',
      ])
      expect(await refused('network', 'connect', 'none', 'web')).toEqual([
        1,
        'gocker: container cannot be connected to multiple networks with one of the networks in private (none) mode',
      ])
      expect(await refused('network', 'connect', 'green', 'web')).toEqual([
        1,
        'gocker: network green not found',
      ])
      expect(await refused('network', 'connect', 'red', 'nobody')).toEqual([
        1,
        'gocker: No such container: nobody',
      ])
    })
  })

  it('internal has no way out, and none in: neither to the outside nor to other networks', async () => {
    await host.ok('network', 'create', '--internal', 'vault')
    await server('secret', '--network', 'vault', '-p', '8202:80')
    await server('keeper', '--network', 'vault')
    await ready('secret')
    expect(await fetchFrom(host, 'keeper', 'secret')).toBe('hello from secret')
    expect(await inside('secret', 'ip route | grep -c default')).toBe('0')
    // even with a way that it makes itself it gets nowhere: the rules say so
    const gateway = await host.ok('network', 'inspect', '-f', '{{json .IPAM.Config}}', 'vault')
    const script = `ip route add default via ${JSON.parse(gateway)[0].Gateway}; ping -c 1 -W 1 203.0.113.2 | grep received`
    const tried = await host.ok(
      'run',
      '--rm',
      '--network',
      'vault',
      '--cap-add',
      'NET_ADMIN',
      'tiny',
      'sh',
      '-c',
      script,
    )
    expect(tried).toContain(' 0 packets received')
    expect(await fetchFrom(host, 'alone', await addressOf('secret', 'vault'))).toBe('')
    expect(other.fetch(`${hostAddress}:8202`)).not.toContain('hello')
    expect(await host.ok('port', 'secret')).toBe('')
    await host.ok('rm', '-f', 'secret', 'keeper')
    await host.ok('network', 'rm', 'vault')
  })

  it("with a subnet of one's own give the addresses that are asked for", async () => {
    await host.ok(
      'network',
      'create',
      '--subnet',
      '10.55.0.0/24',
      '--gateway',
      '10.55.0.254',
      '--ip-range',
      '10.55.0.8/30',
      'own',
    )
    await host.ok(
      'run',
      '-d',
      '--name',
      'fixed',
      '--network',
      'own',
      '--ip',
      '10.55.0.99',
      '--mac-address',
      '92:d0:c6:0a:29:33',
      'tiny',
      'sleep',
      '1000',
    )
    expect(await addressOf('fixed', 'own')).toBe('10.55.0.99')
    expect(await inside('fixed', 'ip route | grep default')).toContain('via 10.55.0.254')
    expect(await inside('fixed', 'cat /sys/class/net/eth0/address')).toBe('92:d0:c6:0a:29:33')
    const given = []
    for (let i = 0; i < 4; i++) {
      await host.ok('run', '-d', '--name', `ranged${i}`, '--network', 'own', 'tiny', 'sleep', '1000')
      given.push(await addressOf(`ranged${i}`, 'own'))
    }
    expect(given.toSorted()).toEqual(['10.55.0.10', '10.55.0.11', '10.55.0.8', '10.55.0.9'])
    const full = await host.gocker('run', '--rm', '--network', 'own', 'tiny', 'true')
    expect([full.status, full.stderr]).toEqual([125, expect.stringContaining('no available IPv4 addresses')])
    const taken = await host.gocker('run', '--rm', '--network', 'own', '--ip', '10.55.0.99', 'tiny', 'true')
    expect([taken.status, taken.stderr]).toEqual([125, expect.stringContaining('Address already in use')])
    // its restart gets it again
    await host.ok('restart', '-t', '0', 'fixed')
    expect(await addressOf('fixed', 'own')).toBe('10.55.0.99')
    await host.ok('rm', '-f', 'fixed', 'ranged0', 'ranged1', 'ranged2', 'ranged3')
    await host.ok('network', 'rm', 'own')
  })

  it('are refused in the words of Docker if they cannot be', async () => {
    const create = (...args: string[]) => refused('network', 'create', ...args)
    expect(await create('red')).toEqual([1, 'gocker: network with name red already exists'])
    expect(await create('bridge')).toEqual([
      1,
      'gocker: operation is not permitted on predefined bridge network',
    ])
    expect((await create('--subnet', '172.18.5.0/24', 'x'))[1]).toContain(
      'Pool overlaps with other one on this address space',
    )
    expect((await create('--subnet', '10.9.0.1/16', 'x'))[1]).toContain(
      'invalid subnet 10.9.0.1/16: it should be 10.9.0.0/16',
    )
    expect((await create('--subnet', '10.9.0.0/16', '--gateway', '10.8.0.1', 'x'))[1]).toContain(
      'no matching subnet for gateway 10.8.0.1',
    )
    expect((await create('--gateway', '10.8.0.1', 'x'))[1]).toContain('must have a corresponding subnet')
    expect((await create('--ipv6', 'x'))[1]).toContain('IPv6 is off')
    expect((await create('--subnet', 'fd00::/64', 'x'))[1]).toContain('IPv6 is off')
    expect((await create('-d', 'overlay', 'x'))[1]).toContain('plugin')
    const run = async (...args: string[]) =>
      (await refused('run', '--rm', ...args, 'tiny', 'true')) as [number, string]
    expect(await run('--network', 'nosuch')).toEqual([125, 'gocker: network nosuch not found'])
    expect((await run('--network', 'red', '--ip', '172.18.0.9'))[1]).toContain(
      'only when connecting to networks with user configured subnets',
    )
    expect((await run('--ip', '172.29.0.9'))[1]).toContain(
      'user specified IP address is supported on user defined networks only',
    )
    expect((await run('--network-alias', 'x'))[1]).toContain('only supported for user-defined networks')
  })

  it('in use are not removed, and are when they are free again', async () => {
    const [status, message] = await refused('network', 'rm', 'blue')
    expect([status, message]).toEqual([
      1,
      expect.stringContaining('network blue has active endpoints (name:"alone" id:"'),
    ])
    expect(await refused('network', 'rm', 'bridge')).toEqual([
      1,
      'gocker: bridge is a pre-defined network and cannot be removed',
    ])
    await host.ok('rm', '-f', 'alone')
    const blue = await host.ok('network', 'ls', '-q', '--filter', 'name=blue')
    expect(await host.ok('network', 'rm', 'blue')).toBe('blue')
    expect(host.links()).not.toContain(`gk-${blue}`)
    expect(host.rules()).not.toContain(blue)
    expect(await refused('network', 'rm', 'blue')).toEqual([1, 'gocker: network blue not found'])
  })

  it('that nobody is on are removed by prune', async () => {
    await host.ok('network', 'create', 'empty')
    await host.ok('network', 'create', '--label', 'keep', 'kept')
    await host.ok('create', '--name', 'later', '--network', 'kept', 'tiny', 'true')
    expect(await host.ok('network', 'prune', '-f')).toBe('Deleted Networks:\nempty')
    expect(await host.ok('network', 'ls', '--filter', 'type=custom', '--format', '{{.Name}}')).toBe(
      'kept\nred',
    )
    await host.ok('rm', 'later')
    await host.ok('network', 'rm', 'kept')
  })

  it('come back after the machine was started anew: what is written down is enough', async () => {
    const red = await host.ok('network', 'ls', '-q', '--filter', 'name=red')
    await host.ok('stop', '-t', '0', 'web', 'db')
    host.tool('nft', 'flush', 'ruleset')
    host.tool('ip', 'link', 'delete', `gk-${red}`)
    await host.ok('start', 'web', 'db')
    await until(async () => (await fetchFrom(host, 'db', 'web')) === 'hello from web')
    expect(host.rules()).toContain(`table ip gk-${red}`)
  })

  describe('the network of another container', () => {
    it('is shared: addresses, ports, names and hostname', async () => {
      await host.ok('run', '-d', '--name', 'side', '--network', 'container:web', 'tiny', 'sleep', '1000')
      expect(await inside('side', 'hostname; ip -4 addr show eth0; cat /etc/hosts')).toBe(
        await inside('web', 'hostname; ip -4 addr show eth0; cat /etc/hosts'),
      )
      expect(await fetchFrom(host, 'side', 'localhost')).toBe('hello from web')
      expect(await lookUp('side', 'db')).toBe(await addressOf('db', 'red'))
      const [found] = JSON.parse(await host.ok('inspect', 'side'))
      expect(found.HostConfig.NetworkMode).toBe(`container:${stateOf('web')!.id}`)
      expect(found.NetworkSettings.Networks).toEqual({})
      await host.ok('rm', '-f', 'side')
    })

    it('cannot be given settings of its own, nor be that of one who does not run', async () => {
      const run = (...args: string[]) =>
        refused('run', '--rm', '--network', 'container:web', ...args, 'tiny', 'true')
      const conflict = (words: string) => [125, `gocker: conflicting options: ${words}`]
      expect(await run('-p', '80:80')).toEqual(
        conflict('port publishing and the container type network mode'),
      )
      expect(await run('-h', 'x')).toEqual(conflict('hostname and the network mode'))
      expect(await run('--dns', '1.1.1.1')).toEqual(conflict('dns and the network mode'))
      expect(await run('--add-host', 'a:1.1.1.1')).toEqual(
        conflict('custom host-to-IP mapping and the network mode'),
      )
      await host.ok('create', '--name', 'idle', 'tiny', 'true')
      const idle = await host.gocker('run', '--rm', '--network', 'container:idle', 'tiny', 'true')
      expect([idle.status, idle.stderr]).toEqual([
        125,
        expect.stringMatching(/cannot join network of a non running container: [0-9a-f]{64}/),
      ])
      await host.ok('rm', 'idle')
    })
  })

  it('--add-host, --dns-search and --dns-option come into the files', async () => {
    const flags = [
      '--add-host',
      'db:10.0.0.1',
      '--add-host',
      'docker:host-gateway',
      '--dns',
      '10.0.0.53',
      '--dns-search',
      'corp.example',
      '--dns-option',
      'ndots:3',
    ]
    const text = await host.ok('run', '--rm', ...flags, 'tiny', 'cat', '/etc/hosts', '/etc/resolv.conf')
    expect(text).toContain('10.0.0.1\tdb\n172.29.0.1\tdocker\n')
    expect(text).toMatch(/nameserver 10\.0\.0\.53\nsearch corp\.example\noptions ndots:3$/)
  })
})
