// Talking netlink: a socket to the kernel, requests sent through it, answers read and believed.
//
// A socket belongs for ever to the network namespace in which it was opened: so one can be opened in the
// container's namespace, and go on speaking there while this process is back at home.

import { attempt, call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { type Errno, errnoName, errnoNumber } from '../syscall/errno.ts'
import { SyscallError } from '../syscall/error.ts'
import { sendto, setsockopt, socket } from '../syscall/socket.ts'
import { type Fd, type Notated, named, type Step, type Syscall, syscall } from '../syscall/syscall.ts'
import { atLeast, attributesIn, decode, encode, type Message, type Received, stringOf } from './netlink.ts'
import { NetlinkError } from './netlink-error.ts'
import * as N from './numbers.ts'

/** One thing to ask of the kernel: one or several messages that travel together, and why. */
export interface Request {
  readonly why: string
  readonly messages: readonly Message[]
  /** An error that is none: `EEXIST`, when what is wanted may be there. */
  readonly allow?: Errno
}

/** The kernel answers at once, within sendto: an answer that is not there will never come. recv(2) */
const MSG_DONTWAIT = 0x40
/** One datagram of a dump has at most this size: netlink_dump() in net/netlink/af_netlink.c */
const answerSize = 32768

/** A socket for one family of netlink: `NETLINK_ROUTE` or `NETLINK_NETFILTER`. */
export function netlinkSocket(family: number): Syscall {
  return socket(C.AF_NETLINK, C.SOCK_DGRAM | C.SOCK_CLOEXEC, family)
}

/** With an errno the kernel shall say in words what it does not like. netlink(7), Linux 4.12 */
export function wantWords(fd: Fd): Syscall {
  const on = named('[1]', new Uint8Array(new Uint32Array([1]).buffer))
  return setsockopt(
    fd,
    named('SOL_NETLINK', N.SOL_NETLINK),
    named('NETLINK_EXT_ACK', N.NETLINK_EXT_ACK),
    on,
    4,
  )
}

/** Open a netlink socket in this thread's network namespace. It is for the caller to close it. */
export function openNetlink(family: number): number {
  const fd = call(netlinkSocket(family))
  call(wantWords(fd))
  return fd
}

/** The two calls of a request: all messages out, the answer in. What `--explain` shows, and `ask` makes. */
export function exchange(fd: Fd, messages: readonly Message[], firstSequence = 1): [Syscall, Syscall] {
  const bytes = encode(messages, firstSequence, lastAnswered(messages))
  const shown = messages.map((m) => `{${m.text}}`).join(', ')
  const words = messages.length === 1 ? shown : `[${shown}]`
  return [sendto(fd, named(words, bytes), bytes.length), receive(fd)]
}

/** The steps of a request, for the list that `--explain` prints. */
export function stepsFor(
  step: (why: string, ...calls: Syscall[]) => Step[],
  fd: Fd,
  request: Request,
): Step[] {
  return step(request.why, ...exchange(fd, request.messages))
}

let sequence = 0

/**
 * Send the messages, read every answer, and return those that are not mere acknowledgements. A list that changed while
 * the kernel told it may lack something that was there all the time, so it is asked for once more. netlink(7)
 * @throws NetlinkError that names the message which the kernel refused, and its reason in words
 */
export function ask(fd: number, request: Request): Received[] {
  for (let tries = 1; ; tries++) {
    const answers = askOnce(fd, request)
    if (tries === 100 || !answers.some(({ flags }) => (flags & N.NLM_F_DUMP_INTR) !== 0)) return answers
  }
}

function askOnce(fd: number, { messages, allow }: Request): Received[] {
  const first = sequence + 1
  sequence += messages.length
  const [send, firstReceive] = exchange(fd, messages, first)
  call(send)
  const last = first + lastAnswered(messages)
  const answers: Received[] = []
  for (let next = firstReceive; ; next = receive(fd)) {
    for (const one of take(next)) {
      if (one.sequence < first) continue // left over from a request that was broken off by an error
      const failure = refusal(one)
      const refused = messages[one.sequence - first]
      if (failure && refused && failure.errno !== (allow && errnoNumber(allow)))
        throw new NetlinkError(refused, failure.errno, failure.words)
      if (one.type !== N.NLMSG_ERROR && one.type !== N.NLMSG_DONE) answers.push(one)
      else if (one.sequence === last) return answers
    }
  }
}

/** In a batch of nf_tables the end is never answered, but the message before it is. */
function lastAnswered(messages: readonly Message[]): number {
  const last = messages.length - 1
  return messages[last]?.name === 'NFNL_MSG_BATCH_END' ? last - 1 : last
}

function receive(fd: Fd): Syscall {
  const into = Buffer.alloc(answerSize)
  // the text is made when it is looked at: after the call, if it was made
  const shown: Notated = {
    value: into,
    show: {
      get text() {
        return inWords(decode(into))
      },
    },
  }
  return syscall('recvfrom', fd, shown, answerSize, named('MSG_DONTWAIT', MSG_DONTWAIT), 0, 0)
}

function take(receiving: Syscall): Received[] {
  const length = attempt(receiving)
  if (length <= 0) throw new SyscallError(receiving, -length)
  const into = (receiving.args[1] as Notated).value as Buffer
  return decode(into.subarray(0, length))
}

/** What an error message says; undefined if it is a mere acknowledgement, or no error message. linux/netlink.h */
function refusal(one: Received): { errno: number; words: string } | undefined {
  if (one.type !== N.NLMSG_ERROR) return undefined
  const body = atLeast(4 + 16, one.body)
  const errno = -body.readInt32LE(0)
  if (errno === 0) return undefined
  if ((one.flags & N.NLM_F_ACK_TLVS) === 0) return { errno, words: '' }
  // struct nlmsgerr: the error, the header of the request, and, unless it was cut off, the whole request
  const requestLength = (one.flags & N.NLM_F_CAPPED) === 0 ? body.readUInt32LE(4) : 16
  const said = attributesIn(body.subarray(4 + ((requestLength + 3) & ~3)))
  return { errno, words: stringOf(said.get(N.NLMSGERR_ATTR_MSG)) }
}

const nameOfType = new Map<number, string>(
  Object.entries(N.messages)
    .filter(([name]) => !name.startsWith('NFNL_')) // never an answer, and numbered like others
    .map(([name, type]) => [type, name]),
)

function inWords(messages: readonly Received[]): string {
  if (messages.length === 0) return '{the answer}'
  const words = messages.slice(0, 3).map((one) => {
    const failure = refusal(one)
    if (failure) return `{${errnoName(failure.errno)}${failure.words ? `: ${failure.words}` : ''}}`
    if (one.type === N.NLMSG_ERROR) return '{done}'
    if (one.type === N.NLMSG_DONE) return '{end of the list}'
    return `{${nameOfType.get(one.type) ?? `type ${one.type}`}}`
  })
  const more = messages.length > 3 ? `, and ${messages.length - 3} more` : ''
  return words.length === 1 ? words[0]! : `[${words.join(', ')}${more}]`
}
