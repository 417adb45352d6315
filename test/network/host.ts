// For the tests of the network: a host of the test's own, which is a network namespace, and programs in the
// containers on it. The real host's links, rules and settings are not touched.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { outputOf } from '../../chapters/ask.ts'
import { ask, openNetlink } from '../../src/network/conversation.ts'
import { makeNamespace } from '../../src/network/namespace.ts'
import { getLink, linkFrom, newAddress, newVeth, setUp } from '../../src/network/route.ts'
import { call } from '../../src/syscall/call.ts'
import { clone } from '../../src/syscall/clone.ts'
import * as C from '../../src/syscall/constants.ts'
import { execve, kill, setns, unshare } from '../../src/syscall/process.ts'
import type { Syscall } from '../../src/syscall/syscall.ts'
import { waitNow } from '../../src/syscall/wait.ts'

/** From here on, this process is on a host without any network. */
export function ownHost(forwarding: '0' | '1' = '0'): void {
  call(unshare(C.CLONE_NEWNET))
  writeFileSync('/proc/sys/net/ipv4/ip_forward', forwarding)
  const route = openNetlink(C.NETLINK_ROUTE)
  ask(route, { why: '', messages: [setUp(1, 'lo')] })
}

/** A machine outside, which knows no way to our containers: 203.0.113.2, the host being 203.0.113.1. Its namespace. */
export function outside(): number {
  const { netns, socket } = makeNamespace()
  const route = openNetlink(C.NETLINK_ROUTE)
  const one = (messages: Parameters<typeof ask>[1]['messages'], fd = route) => ask(fd, { why: '', messages })
  one([newVeth({ name: 'uplink', mtu: 1400, peer: { name: 'eth0', netns } })])
  const here = linkFrom(one([getLink('uplink')])[0]!)
  const there = linkFrom(one([getLink('eth0')], socket)[0]!)
  one([newAddress(here, '203.0.113.1', 24, '203.0.113.255')])
  one([setUp(there.index, 'eth0'), newAddress(there, '203.0.113.2', 24, '203.0.113.255')], socket)
  return netns
}

const server =
  'require("net").createServer((s) => s.on("error", () => {}).end("seen " + s.remoteAddress)).listen(80, "0.0.0.0")'

const client = (address: string) => `
  const give = setTimeout(() => { console.log('no answer'); process.exit() }, 1500)
  const go = () => require('net').connect(80, '${address}')
    .on('data', (data) => { console.log(String(data)); process.exit() })
    .on('error', (e) => e.code === 'ECONNREFUSED' ? setTimeout(go, 20) : (console.log(e.code), process.exit()))
  go()`

/** Start a server in a network namespace; it tells whoever connects from which address it is seen. */
export function serve(netns: number): Disposable {
  const pid = clone(0, node(netns, server))
  return {
    [Symbol.dispose]: () => {
      call(kill(pid, C.SIGKILL))
      waitNow(pid)
    },
  }
}

/** Connect to the server at `address` from within a network namespace: what it says, or `no answer`. */
export function connect(netns: number, address: string): string {
  return outputOf(0, node(netns, client(address))).trim()
}

function node(netns: number, script: string): Syscall[] {
  return [setns(netns, C.CLONE_NEWNET), execve(process.execPath, ['node', '-e', script], [])]
}

/** What a real tool prints on this host. */
export function tool(command: string, ...args: string[]): string {
  const { stdout, stderr, status, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** The names of all links, as ip(8) knows them. */
export function links(): string[] {
  return (JSON.parse(tool('ip', '-j', 'link')) as { ifname: string }[]).map(({ ifname }) => ifname)
}

/** Wait until `done` is true, at most five seconds. */
export async function until(done: () => boolean): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    if (done()) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}
