// `-p` and `--expose`: Docker's grammar for ports. From words to values; nothing is looked up.
//
//   [[address:]host:]container[/tcp|/udp]        host and container may be ranges: 8000-8003:80-83
//   target=container[,published=host][,protocol=tcp|udp]

import { ENGINE_FAILED, UserError } from '../container/user-error.ts'
import type { PortRequest, Protocol } from '../network/ports.ts'

interface Range {
  readonly first: number
  readonly last: number
}

/**
 * The ports that one `-p` asks for. Ranges of the same length are joined port by port; a range of the host with one port
 * of the container means: the first that is free.
 * @throws UserError in Docker's words
 */
export function publishFlag(given: string): PortRequest[] {
  const text = given.includes('=') ? shortForm(given) : given
  const parts = text.split(':')
  const container = parts.pop() ?? ''
  const host = parts.pop() ?? ''
  const address = parts.join(':')
  const { protocol, ports } = withProtocol(container, text)
  if (address !== '') checkAddress(address, text)
  const inside = range(ports) ?? refuse(`invalid containerPort: ${ports}`)
  const outside = host === '' ? undefined : (range(host) ?? refuse(`invalid hostPort: ${host}`))
  const count = inside.last - inside.first + 1
  const isPaired = outside !== undefined && outside.last - outside.first + 1 === count
  if (outside !== undefined && !isPaired && count > 1)
    refuse(`invalid ranges specified for container and host Ports: ${ports} and ${host}`)
  return Array.from({ length: count }, (_, i) => {
    const hostPorts = isPaired ? { first: outside.first + i, last: outside.first + i } : outside
    return {
      protocol,
      containerPort: inside.first + i,
      ...(address === '' ? {} : { hostAddress: address }),
      // 0 is any that is free, as if nothing had been said
      ...(hostPorts === undefined || hostPorts.last === 0 ? {} : { hostPorts }),
    }
  })
}

/** `published=8080,target=80` is `8080:80/tcp`. */
function shortForm(text: string): string {
  const fields = new Map<string, string>()
  for (const part of text.split(',')) {
    const [key = '', value] = part.split('=')
    if (value === undefined) refuse(`invalid publish opts format (should be name=value but got '${part}')`)
    fields.set(key, value)
  }
  const { target = '', published = '', protocol = 'tcp' } = Object.fromEntries(fields)
  return `${published}:${target}/${protocol}`
}

/** `80`, `80/udp`, `8000-8003`: each port as `80/tcp`. @throws UserError in Docker's words */
export function exposeFlag(text: string): string[] {
  if (text.includes(':')) refuse(`invalid port format for --expose: ${text}`)
  const { protocol, ports } = withProtocol(text, text)
  const { first, last } =
    range(ports) ?? refuse(`invalid range format for --expose: ${text}, error: invalid port number`)
  return Array.from({ length: last - first + 1 }, (_, i) => `${first + i}/${protocol}`)
}

function withProtocol(text: string, whole: string): { protocol: Protocol; ports: string } {
  const [ports = '', protocol = 'tcp'] = text.split('/')
  if (ports === '') refuse(`no port specified: ${whole}<empty>`)
  const name = protocol.toLowerCase() || 'tcp'
  if (name === 'tcp' || name === 'udp') return { protocol: name, ports }
  if (name === 'sctp') refuse(`invalid proto: sctp\nOnly tcp and udp are published here.`)
  return refuse(`invalid proto: ${name}`)
}

/** `80` or `80-83`, from 0 to 65535. */
function range(text: string): Range | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (!match) return undefined
  const first = Number(match[1])
  const last = Number(match[2] ?? match[1])
  return first <= last && last <= 65535 ? { first, last } : undefined
}

function checkAddress(address: string, whole: string): void {
  if (address.includes(':') || address.startsWith('['))
    refuse(
      `invalid IP address: ${address}\nIPv6 is off here; leave the address out, or give one of IPv4: ${whole}`,
    )
  const parts = address.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    refuse(`invalid IP address: ${address}`)
}

function refuse(message: string): never {
  throw new UserError(message, ENGINE_FAILED)
}
