// What a person wants of networks, looked up: which networks there are, and what they allow.

import { isIn, subnetOf } from '../network/settings.ts'
import { type Endpoint, type EndpointRequest, type NetworkState, sharedWith } from './endpoint.ts'
import type { ShownNetwork } from './explain.ts'
import { find } from './named.ts'
import { bridge, bridgeOf, findNetwork, isPredefined, type Network } from './networks.ts'
import type { RunOptions } from './options.ts'
import type { Places } from './places.ts'
import { portRequests } from './port-requests.ts'
import { load, type State } from './state.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

/**
 * The networks of a new container.
 * @param assumes nothing will be run: a network or a container that is not to be seen is taken to be there
 * @throws UserError in Docker's words, for a network that there is not, or that does not give what is wanted
 */
export function networkOf(
  places: Places,
  { network: mode, endpoints = [] }: Pick<RunOptions, 'network' | 'endpoints'>,
  assumes: boolean,
): NetworkState {
  const shared = sharedWith(mode)
  if (shared !== undefined) {
    const id = assumes ? shared : asEngine(() => find(places, shared).id)
    return { mode: `container:${id}`, networks: [], ports: [] }
  }
  const requests = endpoints.length > 0 ? endpoints : [{ network: mode, aliases: [] }]
  const look = (name: string) => (assumes ? findOrAssume(places, name) : findNetwork(places, name))
  const networks = asEngine(() => requests.map((request) => endpointOf(look(request.network), request)))
  return { mode: networks[0]!.name, networks, ports: [] }
}

/** The first of its networks, for the list of calls. */
export function shownNetwork(places: Places, state: State): ShownNetwork {
  const { mode, networks } = state.network
  const [first] = networks
  const bridge =
    first && mode !== 'host' && mode !== 'none' ? bridgeOf(findOrAssume(places, first.id)) : undefined
  return { mode, bridge, address: first?.wanted.ip, mac: first?.wanted.mac, ports: portRequests(state) }
}

/** An ordinary user may have a list explained, and not look into root's folder. */
function findOrAssume(places: Places, name: string): Network {
  try {
    return findNetwork(places, name)
  } catch {
    const [subnet, gateway] = ['172.18.0.0/16', '172.18.0.1']
    return { ...bridge, id: ''.padEnd(64, '0'), name, subnet, gateway, isOwnSubnet: true }
  }
}

/** The container whose network is shared. */
export function sharedContainer(places: Places, { mode }: NetworkState): State | undefined {
  const id = sharedWith(mode)
  return id === undefined ? undefined : load(places, id)
}

/** @throws UserError in Docker's words, if the network does not give what is wanted */
export function endpointOf(network: Network, { ip, mac, aliases }: EndpointRequest): Endpoint {
  if (ip !== undefined) checkAddress(network, ip)
  if (aliases.length > 0 && isPredefined(network))
    throw new UserError(
      'invalid endpoint settings:\nnetwork-scoped aliases are only supported for user-defined networks',
    )
  const { name, id, internal } = network
  return { name, id, internal, wanted: { ip, mac, aliases } }
}

function checkAddress(network: Network, ip: string): void {
  const wrong = (why: string) => new UserError(`invalid endpoint settings:\n${why}`)
  if (isPredefined(network))
    throw wrong('user specified IP address is supported on user defined networks only')
  if (!network.isOwnSubnet)
    throw wrong(
      'user specified IP address is supported only when connecting to networks with user configured subnets',
    )
  const bridge = bridgeOf(network)
  if (!isIn(bridge, ip)) throw wrong(`no configured subnet contains IP address ${ip}`)
  if (ip === bridge.address || ip === subnetOf(bridge)) throw new UserError('Address already in use')
}

/** What a person asked of `run` and cannot have is a failure of the engine: 125. */
function asEngine<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof UserError) throw new UserError(error.message, ENGINE_FAILED)
    throw error
  }
}
