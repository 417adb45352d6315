// Netlink in words: a message to the kernel four bytes at a time, and what the kernel remembers of connections.

import { openNetlink } from '../src/network/conversation.ts'
import { attributesIn, decode, encode, type Message } from '../src/network/netlink.ts'
import { toDotted } from '../src/network/settings.ts'
import { attempt, call } from '../src/syscall/call.ts'
import * as C from '../src/syscall/constants.ts'
import { close } from '../src/syscall/file.ts'
import { sendto } from '../src/syscall/socket.ts'
import { syscall } from '../src/syscall/syscall.ts'

/** The bytes of a question for one link by its name, with what they mean. */
export function messageInWords(question: Message): string {
  const bytes = encode([question], 1, 0)
  const notes = [
    `length: all of the ${bytes.length} bytes`,
    'type: 18, RTM_GETLINK · flags: a request, to be acknowledged',
    'sequence: the answer will have the same',
    'port: 0, the kernel',
    'struct ifinfomsg: family, type of hardware',
    'its index, if we knew it',
    'its flags, if we wanted to change them',
    'which of them',
    'attribute, length: 7 bytes · type: 3, IFLA_IFNAME',
    'its content: l o NUL, and a zero up to the next four',
  ]
  return notes.map((note, i) => `${hex(bytes.subarray(4 * i, 4 * i + 4))}  ${note}`).join('\n')
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex').replace(/..(?!$)/g, '$& ')
}

/** NFNL_SUBSYS_CTNETLINK and IPCTNL_MSG_CT_GET, linux/netfilter/nfnetlink_conntrack.h */
const getConnections = (1 << 8) | 1
/** recv(2): the answer is there when sendto returns, or never. */
const MSG_DONTWAIT = 0x40
const CTA_TUPLE_ORIG = 1
const CTA_TUPLE_REPLY = 2
const CTA_TUPLE_IP = 1
const CTA_TUPLE_PROTO = 2
const source = 1
const destination = 2

/** The connections to an address that this thread's network knows of, each with the answers that it waits for. */
export function connectionsInWords(to: string): string {
  const found = connections()
    .map((body) => attributesIn(body.subarray(4)))
    .map((said) => ({ sent: said.get(CTA_TUPLE_ORIG)!, answer: said.get(CTA_TUPLE_REPLY)! }))
    .map(({ sent, answer }) => ({ sent: direction(sent), answer: direction(answer) }))
    .filter(({ sent }) => sent?.includes(`→ ${to}:`))
  return found.map(({ sent, answer }) => `${sent}  is answered by  ${answer}`).join('\n')
}

/** From where to where: addresses and ports of one direction. Undefined for what has no ports, as ICMP. */
function direction(tuple: Buffer): string | undefined {
  const parts = attributesIn(tuple)
  const addresses = attributesIn(parts.get(CTA_TUPLE_IP)!)
  const ports = attributesIn(parts.get(CTA_TUPLE_PROTO)!)
  if (!ports.has(source + 1)) return undefined
  const end = (which: number) =>
    `${toDotted(addresses.get(which)!.readUInt32BE())}:${ports.get(which + 1)!.readUInt16BE()}`
  return `${end(source)} → ${end(destination)}`
}

/** A request that the engine itself never makes: a header and four bytes, of which the first is the family. */
function connections(): Buffer[] {
  const request = Buffer.alloc(20)
  request.writeUInt32LE(request.length, 0)
  request.writeUInt16LE(getConnections, 4)
  request.writeUInt16LE(0x301, 6) // NLM_F_REQUEST, NLM_F_DUMP
  request.writeUInt8(C.AF_INET, 16)
  const line = openNetlink(C.NETLINK_NETFILTER)
  try {
    call(sendto(line, request, request.length))
    const into = Buffer.alloc(32768)
    const length = attempt(syscall('recvfrom', line, into, into.length, MSG_DONTWAIT, 0, 0))
    return decode(into.subarray(0, Math.max(length, 0)))
      .filter(({ type }) => type >> 8 === getConnections >> 8)
      .map(({ body }) => body)
  } finally {
    attempt(close(line))
  }
}
