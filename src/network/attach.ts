// Give a container its network: a namespace of its own, and for `bridge` a cable from it to the host's bridge.
//
// On the host it leaves: the bridge, the nf_tables table, and forwarding, all of which stay for the next container
// (removeAll in prune.ts takes them away); and one end of a veth pair, which goes with the namespace.
// All of it is synchronous and belongs on the main thread: for a moment that thread is in the other namespace.

import { attempt, call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close } from '../syscall/file.ts'
import { type Cable, connectCable, removeLink } from './cable.ts'
import { ask, openNetlink } from './conversation.ts'
import { makeNamespace, takeNamespace } from './namespace.ts'
import * as plan from './plan.ts'
import { gocker0 } from './settings.ts'

/** What is known of the cable is there with mode `bridge` only. */
export interface Attachment extends Partial<Cable> {
  /** A descriptor of the namespace, for setns(fd, CLONE_NEWNET) in the child. */
  readonly netns: number
  readonly notices: readonly string[]
  /** Let go of the namespace. Without a process in it, the kernel removes it and the cable, soon after. */
  close(): void
  /** Take the cable away now, and let go: for whoever must not see it any more. */
  remove(): void
}

/**
 * Make a network for a container. Nothing stays behind when it throws.
 * @param ready a namespace that is there already, which stays open for the caller; without it, one is made
 * @throws NetlinkError, SyscallError; Error if every address is taken
 */
export function attach(options: plan.NetworkOptions, ready?: number): Attachment {
  using opened = new DisposableStack()
  const open = (fd: number) => opened.adopt(fd, (one) => attempt(close(one)))
  const namespace = ready === undefined ? makeNamespace() : takeNamespace(ready)
  const { netns, socket } = namespace
  open(socket)
  try {
    ask(socket, plan.loopbackRequest())
    if (options.mode === 'none') return { netns, notices: [], ...lettingGo(netns) }
    const { bridge = gocker0 } = options
    const cable = connectCable(open(openNetlink(C.NETLINK_ROUTE)), namespace, { ...options, bridge })
    return { netns, ...cable, ...lettingGo(netns, cable.hostLink) }
  } catch (error) {
    attempt(close(netns))
    throw error
  }
}

function lettingGo(netns: number, hostLink?: string): Pick<Attachment, 'close' | 'remove'> {
  let held = true
  const letGo = () => {
    if (held) call(close(netns))
    held = false
  }
  const remove = () => {
    if (hostLink !== undefined) removeLink(hostLink)
    letGo()
  }
  return { close: letGo, remove }
}
