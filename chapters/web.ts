// The world around chapter 7: a web server that says hello, a visitor that tells what came back, and a machine far
// away. Server and visitor are Node processes that enter a network namespace first: they need no other program.

import { readFileSync } from 'node:fs'
import { ask } from '../src/network/conversation.ts'
import { makeNamespace, type NetworkNamespace } from '../src/network/namespace.ts'
import type { Message } from '../src/network/netlink.ts'
import * as route from '../src/network/route.ts'
import { clone } from '../src/syscall/clone.ts'
import * as C from '../src/syscall/constants.ts'
import { execve, prctl, setns } from '../src/syscall/process.ts'
import type { Syscall } from '../src/syscall/syscall.ts'
import { waitNow } from '../src/syscall/wait.ts'
import { outputOf } from './ask.ts'

const server = `require('http').createServer((request, answer) =>
  answer.end('hello, ' + request.socket.remoteAddress)).listen(80, '0.0.0.0').on('error', ({ code }) => {
    console.log('web server: address 0.0.0.0:80 is in use, ' + code)
    process.exit()
  })`

const visitor = (address: string, patience: number) => `
  const say = (text) => { console.log('http://${address} → ' + text); process.exit() }
  const words = { ENETUNREACH: 'no way leads there', ECONNREFUSED: 'someone is there, but has no web server' }
  setTimeout(() => say('no answer'), ${patience})
  require('http').get('http://${address}', (answer) => answer.on('data', (data) => say('"' + data + '"')))
    .on('error', ({ code }) => say(words[code] + ', ' + code))`

/** What the machine far away and the host call themselves on the cable between them. */
export const webAt = '203.0.113.2'
export const hostOutside = '203.0.113.1'

/** In place of a network namespace: the process has namespaces of its own, but none for the network. */
export const noNetwork = -1
const allOthers = C.CLONE_NEWNS | C.CLONE_NEWPID | C.CLONE_NEWUTS | C.CLONE_NEWIPC | C.CLONE_NEWCGROUP
const flagsFor = (netns: number) => (netns === noNetwork ? allOthers : 0)

/** Start a web server in a network namespace: it greets its visitors by the address that it sees. */
export function serve(netns: number): Disposable {
  const pid = clone(flagsFor(netns), [prctl(C.PR_SET_PDEATHSIG, C.SIGKILL), ...node(netns, server)])
  waitForPort(pid)
  return {
    [Symbol.dispose]: () => {
      process.kill(pid, 'SIGKILL')
      waitNow(pid)
    },
  }
}

/** Wait until the kernel lists port 80 among those that listen, in the network of the process. */
function waitForPort(pid: number): void {
  const listening = /:0050 00000000:0000 0A /
  for (let tries = 0; tries < 500 && !listening.test(readFileSync(`/proc/${pid}/net/tcp`, 'utf8')); tries++)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
}

/**
 * Visit a web server from within a network namespace.
 * @param patience how long to wait for an answer, in ms
 * @returns the answer, or why there is none
 */
export function visit(netns: number, address: string, patience = 5000): string {
  return outputOf(flagsFor(netns), node(netns, visitor(address, patience))).trim()
}

/** Start a second web server where there is one already. @returns what it says as it gives up */
export function serveToo(): string {
  const script = `setTimeout(process.exit, 2000); ${server}`
  return outputOf(allOthers, node(noNetwork, script)).trim()
}

const send = (line: number, ...messages: Message[]) => ask(line, { why: '', messages })

/** The link with this name, behind a netlink socket. */
export function findLink(line: number, name: string): route.Link {
  return route.linkFrom(send(line, route.getLink(name))[0]!)
}

/** All links behind a netlink socket, in words. */
export function linksInWords(line: number): string {
  const all = send(line, route.getLinks()).map(route.linkFrom)
  const plugged = ({ master }: route.Link) => all.find(({ index }) => index === master)?.name
  return all
    .map((link) => `${link.name} ${link.up ? 'on' : 'off'}${plugged(link) ? `, in ${plugged(link)}` : ''}`)
    .join(' · ')
}

/** A machine at the other end of the host's own cable. It knows nothing of containers. */
export function outside(host: number): NetworkNamespace {
  const far = makeNamespace()
  const address = (link: route.Link, at: string) => route.newAddress(link, at, 24, '203.0.113.255')
  send(host, route.newVeth({ name: 'uplink', mtu: 1500, peer: { name: 'eth0', netns: far.netns } }))
  send(host, address(findLink(host, 'uplink'), hostOutside))
  const eth0 = findLink(far.socket, 'eth0')
  send(far.socket, route.setUp(eth0.index, 'eth0'), address(eth0, webAt))
  return far
}

function node(netns: number, script: string): Syscall[] {
  const go = netns === noNetwork ? [] : [setns(netns, C.CLONE_NEWNET)]
  return [...go, execve(process.execPath, ['node', '-e', script], [])]
}
