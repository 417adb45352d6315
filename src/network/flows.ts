// Flows that the kernel remembers: where it sent the first packet of a flow, it sends all the others, whatever the rules
// say by now. TCP says when a connection is over. UDP does not, so someone who keeps on sending to a port would never
// reach the container that has it since. nf_conntrack_netlink.c in the kernel, linux/netfilter/nfnetlink_conntrack.h

import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close } from '../syscall/file.ts'
import { ask, openNetlink, type Request } from './conversation.ts'
import { atLeast, attribute, attributesIn, type Message, message, type Received } from './netlink.ts'
import { NetlinkError } from './netlink-error.ts'
import { familyStruct } from './nft.ts'
import * as N from './numbers.ts'

export function flowsRequest(): Request {
  return {
    why: 'ask which flows the kernel remembers, for those of UDP have no end',
    messages: [message('CT_MSG_GET', N.NLM_F_DUMP, familyStruct(N.NFPROTO_IPV4), [], 'NLM_F_DUMP')],
  }
}

/** Make the kernel forget the UDP flows to these ports of this machine: the next packet goes by the rules again. */
export function forgetFlows(ports: readonly number[]): void {
  if (ports.length === 0) return
  const fd = openNetlink(C.NETLINK_NETFILTER)
  try {
    const flows = ask(fd, flowsRequest()).map(flowFrom)
    const meant = flows.filter(({ protocol, port }) => protocol === C.IPPROTO_UDP && ports.includes(port))
    for (const { tuple } of meant)
      ask(fd, { why: 'forget a flow', messages: [deleteFlow(tuple)], allow: 'ENOENT' })
  } catch (error) {
    // a kernel that does not tell of its flows: then they end by themselves, when nobody sends for half a minute
    if (!(error instanceof NetlinkError)) throw error
  } finally {
    attempt(close(fd))
  }
}

function deleteFlow(tuple: Buffer): Message {
  const original = attribute('CTA_TUPLE_ORIG', tuple, '', N.NLA_F_NESTED)
  return message('CT_MSG_DELETE', 0, familyStruct(N.NFPROTO_IPV4), [original])
}

/** Of a flow: the tuple that names it, and what its first packet was sent to. */
function flowFrom({ body }: Received): { tuple: Buffer; protocol: number; port: number } {
  const { CTA_TUPLE_ORIG, CTA_TUPLE_PROTO, CTA_PROTO_NUM, CTA_PROTO_DST_PORT } = N.attributes
  const none = Buffer.alloc(0)
  const tuple = Buffer.from(attributesIn(body.subarray(4)).get(CTA_TUPLE_ORIG) ?? none)
  const protocol = attributesIn(attributesIn(tuple).get(CTA_TUPLE_PROTO) ?? none)
  return {
    tuple,
    protocol: atLeast(1, protocol.get(CTA_PROTO_NUM)).readUInt8(0),
    port: atLeast(2, protocol.get(CTA_PROTO_DST_PORT)).readUInt16BE(0),
  }
}
