// A new network namespace, made by this thread: it goes there, keeps a descriptor of it, and comes back at once.
//
// The container's process enters it later with setns(2). Made so, and not by clone(2), it can be furnished
// before there is any process in it. It lives as long as a descriptor or a process holds it; then the kernel
// removes it with all its links. network_namespaces(7)

import { attempt, call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { errnoName } from '../syscall/errno.ts'
import { close, fcntl, openat } from '../syscall/file.ts'
import { setns, unshare } from '../syscall/process.ts'
import { type Fd, named, type Step, type Syscall, stepsOf } from '../syscall/syscall.ts'
import { netlinkSocket, wantWords } from './conversation.ts'

const step = stepsOf(7)

export interface NetworkNamespace {
  /** For setns(fd, CLONE_NEWNET). */
  readonly netns: number
  /** A netlink socket that speaks to the kernel about the links in there, from wherever this thread is. */
  readonly socket: number
}

/** A descriptor of the network namespace that this thread is in. Each thread has its own: not /proc/self. */
function openCurrent(): Syscall {
  return openat(C.AT_FDCWD, '/proc/thread-self/ns/net', C.O_RDONLY | C.O_CLOEXEC)
}

function goThere(): Syscall {
  return unshare(C.CLONE_NEWNET)
}

function comeBack(home: Fd): Syscall {
  return setns(home, C.CLONE_NEWNET)
}

/** The calls of `makeNamespace` as steps. */
export function namespaceSteps(): Step[] {
  const home = named('home')
  return [
    ...step("remember the host's network namespace, to come back to it", openCurrent()),
    ...step('go into a new network namespace, where there is nothing but a loopback that is off', goThere()),
    ...step('keep a descriptor of it, for the process of the container to enter', openCurrent()),
    ...step('a line to the part of the kernel that keeps the links in there', netlinkSocket(C.NETLINK_ROUTE)),
    ...step("back to the host's network", comeBack(home), close(home)),
    ...step('when it refuses something, let it say why in words', wantWords(named('inside'))),
  ]
}

/**
 * Make a network namespace. Both descriptors are for the caller to close.
 * A thread that could not come back would do all its later work in the wrong network: then the process ends.
 */
export function makeNamespace(): NetworkNamespace {
  const open: number[] = []
  try {
    elsewhere(goThere(), () => {
      open.push(call(openCurrent()))
      open.push(call(netlinkSocket(C.NETLINK_ROUTE)))
    })
    call(wantWords(open[1]!))
    return { netns: open[0]!, socket: open[1]! }
  } catch (error) {
    for (const fd of open) attempt(close(fd))
    throw error
  }
}

/** The same for a namespace that somebody else has made. Both descriptors are for the caller to close, and `ready` stays open. */
export function takeNamespace(ready: number): NetworkNamespace {
  const netns = call(fcntl(ready, C.F_DUPFD_CLOEXEC, 3))
  try {
    return { netns, socket: lineInto(netns) }
  } catch (error) {
    attempt(close(netns))
    throw error
  }
}

/** A netlink socket that speaks to the kernel about the links in a namespace that is there. It is for the caller to close. */
export function lineInto(netns: number): number {
  const socket = elsewhere(setns(netns, C.CLONE_NEWNET), () => call(netlinkSocket(C.NETLINK_ROUTE)))
  call(wantWords(socket))
  return socket
}

/** Go to another network namespace, do something that will belong to it, and come back. */
function elsewhere<T>(there: Syscall, work: () => T): T {
  const home = call(openCurrent())
  try {
    call(there)
    try {
      return work()
    } finally {
      const result = attempt(comeBack(home))
      if (result < 0) die(-result)
    }
  } finally {
    call(close(home))
  }
}

function die(errno: number): never {
  process.stderr.write(`Cannot leave the container's network namespace again: ${errnoName(errno)}\n`)
  process.abort()
}
