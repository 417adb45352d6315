// The world around chapter 7: a web server that says hello, a visitor that tells what came back, and a machine far
// away. Server and visitor are Node processes that enter a network namespace first: they need no other program.

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
  answer.end('hello, ' + request.socket.remoteAddress)).listen(80, '0.0.0.0')`

const visitor = (address: string, patience: number) => `
  const say = (text) => { console.log('http://${address} → ' + text); process.exit() }
  const words = { ENETUNREACH: 'no way leads there', ECONNREFUSED: 'someone is there, but has no web server' }
  setTimeout(() => say('no answer'), ${patience})
  // the server may have been started just now
  const visit = (tries) => require('http').get('http://${address}', (answer) =>
    answer.on('data', (data) => say('"' + data + '"'))).on('error', ({ code }) => {
      if (code === 'ECONNREFUSED' && tries > 0) return setTimeout(visit, 20, tries - 1)
      say(words[code] + ', ' + code)
    })
  visit(10)`

/** What the machine far away and the host call themselves on the cable between them. */
export const webAt = '203.0.113.2'
export const hostOutside = '203.0.113.1'

/** Start a web server in a network namespace: it greets its visitors by the address that it sees. */
export function serve(netns: number): Disposable {
  const pid = clone(0, [prctl(C.PR_SET_PDEATHSIG, C.SIGKILL), ...node(netns, server)])
  return {
    [Symbol.dispose]: () => {
      process.kill(pid, 'SIGKILL')
      waitNow(pid)
    },
  }
}

/**
 * Visit a web server from within a network namespace.
 * @param patience how long to wait for an answer, in ms
 * @returns the answer, or why there is none
 */
export function visit(netns: number, address: string, patience = 2500): string {
  return outputOf(0, node(netns, visitor(address, patience))).trim()
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
  return [setns(netns, C.CLONE_NEWNET), execve(process.execPath, ['node', '-e', script], [])]
}
