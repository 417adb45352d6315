// The doctor, chapter 7: everything a container's network is made of is made once, in a network namespace that nobody
// else sees and that is gone at the end.

import { ask, openNetlink } from '../network/conversation.ts'
import { blockers } from '../network/firewall.ts'
import { tableRequest } from '../network/firewall-plan.ts'
import { makeNamespace } from '../network/namespace.ts'
import * as route from '../network/route.ts'
import { gocker0, macOf } from '../network/settings.ts'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close, openat } from '../syscall/file.ts'
import { setns } from '../syscall/process.ts'
import { asRoot, bad, type Check, type Finding, good, type Host, onLinux, weak } from './doctor-check.ts'

const modules = 'Load the modules: modprobe -a bridge veth nf_tables nft_chain_nat nft_masq nft_ct'

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
          call(close(fd))
        })
        return good('takes the rules of containers')
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
  return value === '1'
    ? good('on')
    : good('off; the first container with a network will switch it on, and say so')
}

/** A network namespace that goes with its descriptors. */
function ownNetwork() {
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

/** Do something with this thread in another network. What is opened there belongs to it. */
function inside(netns: number, work: () => void): void {
  const home = call(openat(C.AT_FDCWD, '/proc/thread-self/ns/net', C.O_RDONLY | C.O_CLOEXEC))
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
