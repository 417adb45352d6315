// Taking ports of this machine for containers: a socket is bound to each, as if the container's program listened there
// itself, so that no other container and no other program can have it. The kernel decides who was first; the ports are
// free again when the sockets are closed, at the latest with the end of this process.
//
// No packet ever comes to these sockets: the firewall turns them off before (publish.ts).

import { attempt, call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { errnoMessage, errnoName, errnoNumber } from '../syscall/errno.ts'
import { close } from '../syscall/file.ts'
import { bindInternet, getsockname, portIn, reuseAddress } from '../syscall/inet.ts'
import { listen, socket } from '../syscall/socket.ts'
import { type Step, type Syscall, stepsOf } from '../syscall/syscall.ts'
import { everyAddress, type PortRequest, type PublishedPort } from './ports.ts'

export interface Reserved {
  readonly ports: readonly PublishedPort[]
  /** The sockets, to be kept open as long as the ports are needed, and closed then. */
  readonly sockets: readonly number[]
}

/**
 * Take a port of this machine for each request. Nothing is taken when it throws.
 * @throws Error in Docker's words if one is taken by somebody else
 */
export function reserve(requests: readonly PortRequest[]): Reserved {
  const sockets: number[] = []
  try {
    const ports = requests.map((request) => {
      const { fd, port } = reserveOne(request)
      sockets.push(fd)
      return publishedAs(request, port)
    })
    return { ports, sockets }
  } catch (error) {
    release(sockets)
    throw error
  }
}

/** What a request has become, once its port is known. */
export function publishedAs(request: PortRequest, hostPort: number): PublishedPort {
  const { protocol, containerPort, hostAddress = everyAddress } = request
  return { protocol, containerPort, hostAddress, hostPort }
}

/**
 * Be seen as one who listens. Two sockets that ask for SO_REUSEADDR can have the same port as long as neither listens;
 * and it must not be before the firewall has its rules, or someone might be connected with nobody.
 * @throws Error in Docker's words if somebody else was faster
 */
export function hold({ ports, sockets }: Reserved): void {
  for (const [i, { protocol, hostAddress, hostPort }] of ports.entries()) {
    if (protocol !== 'tcp') continue
    const result = attempt(listen(sockets[i]!, 0))
    if (result < 0) throw refused(-result, hostAddress, hostPort, protocol)
  }
}

export function release(sockets: readonly number[]): void {
  for (const fd of sockets) attempt(close(fd))
}

/** The calls of `reserve` and `hold` as steps, if every first wish comes true. */
export function reserveSteps(requests: readonly PortRequest[]): { reserve: Step[]; hold: Step[] } {
  const step = stepsOf(7)
  const sockets = requests.map((request) => ({ ...request, fd: openSocket(request) }))
  return {
    reserve: sockets.flatMap(({ protocol, hostAddress = everyAddress, hostPorts, fd }) =>
      step(
        'take the port on the host, so that nobody else can have it: a port belongs to one socket',
        fd,
        ...(protocol === 'tcp' ? [reuseAddress(fd)] : []),
        bindInternet(fd, hostAddress, hostPorts?.first ?? 0),
      ),
    ),
    hold: step(
      'hold it: be seen as one who listens, though nothing ever comes here',
      ...sockets.filter(({ protocol }) => protocol === 'tcp').map(({ fd }) => listen(fd, 0)),
    ),
  }
}

function openSocket({ protocol }: PortRequest): Syscall {
  return socket(C.AF_INET, (protocol === 'tcp' ? C.SOCK_STREAM : C.SOCK_DGRAM) | C.SOCK_CLOEXEC, 0)
}

function reserveOne(request: PortRequest): { fd: number; port: number } {
  const { protocol, hostAddress = everyAddress, hostPorts } = request
  const fd = call(openSocket(request))
  if (protocol === 'tcp') call(reuseAddress(fd))
  const { first, last } = hostPorts ?? { first: 0, last: 0 }
  let errno = 0
  for (let port = first; port <= last; port++) {
    const result = attempt(bindInternet(fd, hostAddress, port))
    if (result >= 0) return { fd, port: portOf(fd) }
    errno = -result
    if (errnoName(errno) !== 'EADDRINUSE') break
  }
  attempt(close(fd))
  throw refused(errno, hostAddress, first, protocol)
}

function portOf(fd: number): number {
  const address = Buffer.alloc(16)
  call(getsockname(fd, address))
  return portIn(address)
}

function refused(errno: number, address: string, port: number, protocol: string): Error {
  if (errno === errnoNumber('EADDRINUSE'))
    return new Error(
      `Bind for ${address}:${port} failed: port is already allocated\nAnother container or program has it. Which one: gocker ps, ss -ln${protocol === 'tcp' ? 't' : 'u'}p sport = :${port}`,
    )
  if (errno === errnoNumber('EADDRNOTAVAIL'))
    return new Error(
      `failed to bind host port ${address}:${port}/${protocol}: cannot assign requested address\nThis machine has no address ${address}. Leave it out to publish the port at all of them.`,
    )
  return new Error(
    `failed to bind host port ${address}:${port}/${protocol}: ${errnoMessage(errno).toLowerCase()}`,
  )
}
