// A new network: what was asked for is checked, what was not said is chosen, and it is written down. Nothing of the
// kernel's is made: the first container on it makes bridge and rules.

import { readFileSync } from 'node:fs'
import { subnetsInUse } from '../network/in-use.ts'
import {
  firstAddress,
  freeSubnet,
  holds,
  isForMachine,
  overlap,
  type Subnet,
  subnetFrom,
  subnetText,
} from '../network/subnet.ts'
import { record } from './events.ts'
import { randomId } from './names.ts'
import {
  addNetwork,
  bridge,
  host,
  listNetworks,
  mtuOption,
  type Network,
  none,
  whileNetworksStay,
} from './networks.ts'
import type { Places } from './places.ts'
import { UserError } from './user-error.ts'

export interface NetworkRequest {
  readonly name: string
  readonly driver: string
  readonly subnet?: string
  readonly gateway?: string
  readonly range?: string
  readonly internal: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, string>>
}

/** @throws UserError in Docker's words */
export function createNetwork(places: Places, request: NetworkRequest): Network {
  check(request)
  return whileNetworksStay(places, () => {
    const others = listNetworks(places)
    if (others.some(({ name }) => name === request.name))
      throw new UserError(`network with name ${request.name} already exists`)
    const taken = others.flatMap(({ subnet }) => (subnet === undefined ? [] : [subnetFrom(subnet)!]))
    const subnet = request.subnet === undefined ? choose(taken) : chosen(request.subnet, taken)
    const { name, internal, labels, options } = request
    const network: Network = {
      id: randomId(),
      name,
      created: new Date().toISOString(),
      driver: 'bridge',
      subnet: subnetText(subnet),
      gateway: request.gateway === undefined ? firstAddress(subnet) : gatewayIn(subnet, request.gateway),
      ...(request.range === undefined ? {} : { range: rangeIn(subnet, request.range) }),
      isOwnSubnet: request.subnet !== undefined,
      internal,
      labels,
      options,
    }
    addNetwork(places, network)
    record(places, 'network', 'create', network.id, { name, type: 'bridge' })
    return network
  })
}

const nameRule = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/

function check({ name, driver, subnet, gateway, range, options }: NetworkRequest): void {
  if ([bridge, host, none].some((one) => one.name === name) || name === 'default')
    throw new UserError(`operation is not permitted on predefined ${name} network`)
  if (!nameRule.test(name) || name.length > 200)
    throw new UserError(`invalid network name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`)
  if (driver === 'host' || driver === 'null')
    throw new UserError(`only one instance of "${driver}" network is allowed`)
  if (driver !== 'bridge')
    throw new UserError(`could not find plugin ${driver} in v1 plugin registry: plugin not found`)
  if (subnet === undefined && (gateway !== undefined || range !== undefined))
    throw new UserError('every ip-range or gateway must have a corresponding subnet')
  const unknown = Object.keys(options).find((key) => key !== mtuOption)
  if (unknown !== undefined)
    throw new UserError(`unknown option ${unknown}\nThere is ${mtuOption}, the size of packets in bytes.`)
  const mtu = options[mtuOption]
  // RFC 791: every link carries at least 68 bytes at once
  if (mtu !== undefined && !(/^\d+$/.test(mtu) && Number(mtu) >= 68 && Number(mtu) <= 65535))
    throw new UserError(`invalid value for ${mtuOption}: ${mtu}\nIt is a number of bytes, from 68 to 65535.`)
}

function invalid(why: string): UserError {
  return new UserError(`invalid network config:\n${why}`)
}

function chosen(text: string, taken: readonly Subnet[]): Subnet {
  const subnet = subnetFrom(text)
  if (subnet === undefined && text.includes(':'))
    throw new UserError(
      `IPv6 is off: networks here have addresses of IPv4 only, and ${text} is none of these.`,
    )
  if (subnet === undefined) throw invalid(`invalid subnet ${text}: invalid CIDR block notation`)
  if (subnetText(subnet) !== text) throw invalid(`invalid subnet ${text}: it should be ${subnetText(subnet)}`)
  if (subnet.prefix > 30)
    throw invalid(`invalid subnet ${text}: there is no address in it for a container, so at most /30`)
  if (taken.some((one) => overlap(one, subnet)))
    throw new UserError(
      'invalid pool request: Pool overlaps with other one on this address space\nWhich one: gocker network inspect -f "{{.Name}} {{.IPAM}}" $(gocker network ls -q)',
    )
  return subnet
}

/** One that neither a network nor this machine knows. Those who translate names for us must be reached, too. */
function choose(taken: readonly Subnet[]): Subnet {
  const subnet = freeSubnet([...taken, ...subnetsInUse(), ...nameServers()])
  if (subnet === undefined)
    throw new UserError(
      'all predefined address pools have been fully subnetted\nEach one overlaps with a network, a route or an address of this machine. Choose another: --subnet',
    )
  return subnet
}

function nameServers(): Subnet[] {
  try {
    const lines = readFileSync('/etc/resolv.conf', 'utf8').matchAll(
      /^\s*nameserver\s+(\d+(?:\.\d+){3})\s*$/gm,
    )
    return [...lines].flatMap(([, address]) => subnetFrom(`${address}/32`) ?? [])
  } catch {
    return []
  }
}

function gatewayIn(subnet: Subnet, gateway: string): string {
  if (subnetFrom(`${gateway}/32`) === undefined) throw invalid(`invalid gateway ${gateway}: invalid address`)
  if (!isForMachine(subnet, gateway)) throw new UserError(`no matching subnet for gateway ${gateway}`)
  return gateway
}

function rangeIn(subnet: Subnet, text: string): string {
  const range = subnetFrom(text)
  if (range === undefined) throw invalid(`invalid ip-range ${text}: invalid CIDR block notation`)
  if (subnetText(range) !== text) throw invalid(`invalid ip-range ${text}: it should be ${subnetText(range)}`)
  if (!overlap(subnet, range)) throw new UserError(`no matching subnet for range ${text}`)
  if (!holds(subnet, range))
    throw invalid(
      `invalid ip-range ${text}: CIDR block is bigger than its parent subnet ${subnetText(subnet)}`,
    )
  return text
}
