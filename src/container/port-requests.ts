// Which ports are to be published: those that a person names, and with -P all that the container says it listens at.

import type { PortRequest, Protocol } from '../network/ports.ts'
import type { State } from './state.ts'

export function portRequests({ options, exposed = [] }: Pick<State, 'options' | 'exposed'>): PortRequest[] {
  const named = options.publish ?? []
  if (!options.publishAll) return [...named]
  const others = exposed
    .map(portOf)
    .filter(({ protocol, containerPort }) => !isAmong(named, protocol, containerPort))
  return [...named, ...others]
}

function isAmong(requests: readonly PortRequest[], protocol: Protocol, port: number): boolean {
  return requests.some((one) => one.protocol === protocol && one.containerPort === port)
}

/** `80/tcp` */
function portOf(text: string): PortRequest {
  const [port, protocol] = text.split('/')
  return { protocol: protocol === 'udp' ? 'udp' : 'tcp', containerPort: Number(port) }
}

/** All ports that the container is known to listen at, as `80/tcp`, in the order of their numbers. */
export function exposedPorts(
  image: readonly string[],
  options: Pick<State['options'], 'expose' | 'publish'>,
): string[] {
  const published = (options.publish ?? []).map((one) => `${one.containerPort}/${one.protocol}`)
  const all = new Set([...image.map(withProtocol), ...(options.expose ?? []), ...published])
  return [...all].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1))
}

/** An image may say `80` and mean `80/tcp`. */
function withProtocol(port: string): string {
  return port.includes('/') ? port : `${port}/tcp`
}
