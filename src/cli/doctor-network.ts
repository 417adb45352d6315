// The doctor, chapter 7: everything a container's network is made of is made once, in a network namespace that nobody
// else sees and that is gone at the end.

import { ask, openNetlink } from '../network/conversation.ts'
import { blockers } from '../network/firewall.ts'
import { tableRequest } from '../network/firewall-plan.ts'
import { makeNamespace } from '../network/namespace.ts'
import { publishedChainsRequest, publishRequest } from '../network/publish-plan.ts'
import * as route from '../network/route.ts'
import { gocker0, macOf } from '../network/settings.ts'
import { attempt, call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { errnoName } from '../syscall/errno.ts'
import { close, openat } from '../syscall/file.ts'
import { setns } from '../syscall/process.ts'
import { asRoot, bad, type Check, type Finding, good, type Host, onLinux, weak } from './doctor-check.ts'

const modules =
  'Load the modules: modprobe -a bridge veth nf_tables nft_chain_nat nft_masq nft_ct nft_nat nft_fib_ipv4'

export const networkChecks: readonly Check[] = [
  {
    chapter: 7,
    name: 'bridge and veth',
    check: asRoot(() => {
      using namespace = ownNetwork()
      const { socket, netns } = namespace
      try {
        const bridge = route.newBridge(gocker0.name, macOf(gocker0.address), 1500)
        const pair = route.newVeth({ name: 'outside', mtu: 1500, peer: { name: 'eth0', netns } })
        ask(socket, { why: '', messages: [bridge] })
        ask(socket, { why: '', messages: [pair] })
        return good('both can be made')
      } catch (error) {
        return bad(firstLine(error), modules)
      }
    }),
  },
  {
    chapter: 7,
    name: 'nf_tables',
    check: asRoot(() => {
      using namespace = ownNetwork()
      try {
        inside(namespace.netns, () => {
          const fd = openNetlink(C.NETLINK_NETFILTER)
          ask(fd, tableRequest(gocker0))
          ask(fd, publishedChainsRequest(gocker0))
          const target = { link: 'eth0', address: gocker0.address }
          const port = { protocol: 'tcp', containerPort: 80, hostAddress: '0.0.0.0', hostPort: 80 } as const
          ask(fd, publishRequest(gocker0, target, [port]))
          call(close(fd))
        })
        return good('takes the rules of containers, and of their published ports')
      } catch (error) {
        return bad(firstLine(error), modules)
      }
    }),
  },
  { chapter: 7, name: 'forwarding', check: onLinux((host) => forwarding(host)) },
  {
    chapter: 7,
    name: 'other firewalls',
    check: asRoot(() => {
      const [first, ...more] = blockers(gocker0)
      if (first === undefined) return good('none that stops packets of containers')
      const [found = '', remedy] = first.split('\n')
      return weak(more.length === 0 ? found : `${found} (and ${more.length} more)`, remedy)
    }),
  },
]

export function forwarding({ read }: Pick<Host, 'read'>): Finding {
  const value = read('/proc/sys/net/ipv4/ip_forward')
  if (value === undefined) return bad('this kernel has no IPv4')
  if (value === '1') return good('on')
  const settings = mountOf(read('/proc/self/mountinfo') ?? '', '/proc/sys')
  if (settings?.split(' ')[5]?.split(',').includes('ro')) {
    return weak(
      'off, and cannot be switched on: /proc/sys is read-only here, so no packet leaves this machine',
      'On the machine around us: sysctl net.ipv4.ip_forward=1, or start this container with --privileged',
    )
  }
  return good('off; the first container with a network will switch it on, and say so')
}

/** The line of what is mounted there; of several the last, which covers the others. */
function mountOf(mountinfo: string, point: string): string | undefined {
  return mountinfo.split('\n').findLast((line) => line.split(' ')[4] === point)
}

/** A network namespace that goes with its descriptors. */
function ownNetwork() {
  checkWayBack()
  const { netns, socket } = makeNamespace()
  return {
    netns,
    socket,
    [Symbol.dispose]: () => {
      call(close(socket))
      call(close(netns))
    },
  }
}

/** Whoever leaves a network needs rights in it to come back: root in a user namespace may have none in that of the host. */
function checkWayBack(): void {
  const home = openHome()
  const result = attempt(setns(home, C.CLONE_NEWNET))
  call(close(home))
  if (result < 0) {
    throw new Error(
      `not tried: this network belongs to another user namespace, and there is no way back into it (${errnoName(-result)})\n` +
        'We are root in a container without root’s rights: start it with a network of its own, or take a virtual machine',
    )
  }
}

function openHome(): number {
  return call(openat(C.AT_FDCWD, '/proc/thread-self/ns/net', C.O_RDONLY | C.O_CLOEXEC))
}

/** Do something with this thread in another network. What is opened there belongs to it. */
function inside(netns: number, work: () => void): void {
  const home = openHome()
  call(setns(netns, C.CLONE_NEWNET))
  try {
    work()
  } finally {
    call(setns(home, C.CLONE_NEWNET))
    call(close(home))
  }
}

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n')[0]!
}
