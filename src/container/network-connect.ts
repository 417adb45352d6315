// A container is put on one more network, or taken off one. If it runs, so at once: a cable is laid into its namespace, or
// taken out of it, its published ports go along if they must, and its neighbours are told. If not, it is only noted for
// the next start.

import { closeSync } from 'node:fs'
import { join, leave } from '../network/join.ts'
import { publish, withdraw } from '../network/publish.ts'
import { whileBridgesStay } from '../network/stay.ts'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { openat } from '../syscall/file.ts'
import { type Endpoint, type EndpointRequest, sharedWith, wayOutOf } from './endpoint.ts'
import { recordConnection } from './events.ts'
import { tellNames } from './name-lookup.ts'
import { find } from './named.ts'
import { cableOf, givenBy } from './network.ts'
import { endpointOf } from './network-request.ts'
import { bridgeOf, findNetwork, host, type Network, none, whileNetworksStay } from './networks.ts'
import type { Places } from './places.ts'
import { isRunning, load, type State, update } from './state.ts'
import { whileStays } from './stay.ts'
import { UserError } from './user-error.ts'

/** @throws UserError in Docker's words; NetlinkError. Then the container is as it was */
export function connectContainer(
  places: Places,
  wanted: string,
  request: EndpointRequest,
): readonly string[] {
  const { id } = find(places, wanted)
  const notices = whileBothStay(places, id, (state) => {
    const network = findNetwork(places, request.network)
    checkConnect(state, network)
    const endpoint = endpointOf(network, request)
    if (!isRunning(state)) {
      note(places, id, (networks) => [...networks, endpoint])
      return []
    }
    const { networks, ports } = state.network
    // without a way out so far, its ports are published here
    const published = wayOutOf(networks) ? [] : ports
    const cable = inNamespace(state, (netns) =>
      join(netns, { ...cableOf(places, endpoint), ports: published }),
    )
    note(places, id, (networks) => [...networks, { ...endpoint, given: givenBy(cable) }])
    return cable.notices
  })
  if (notices === undefined) throw new UserError(`No such container: ${wanted}`)
  tellNames(places, load(places, id)?.network.networks ?? [])
  recordConnection(places, 'connect', findNetwork(places, request.network), id)
  return notices
}

/** Neither is the container started meanwhile, nor a network made or removed. */
function whileBothStay<T>(places: Places, id: string, work: (state: State) => T): T | undefined {
  return whileStays(places, id, (state) =>
    whileNetworksStay(places, () => whileBridgesStay(() => work(state))),
  )
}

function checkConnect({ name, network: { mode, networks } }: State, network: Network): void {
  if (network.id === host.id)
    throw new UserError(
      'cannot connect container to host network - container must be created in host network mode',
    )
  if (mode === 'host' || sharedWith(mode) !== undefined)
    throw new UserError(
      'container sharing network namespace with another container or host cannot be connected to any other network',
    )
  if (network.id === none.id || networks.some(({ id }) => id === none.id))
    throw new UserError(
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    )
  if (networks.some(({ id }) => id === network.id))
    throw new UserError(`endpoint with name ${name} already exists in network ${network.name}`)
}

/** @throws UserError in Docker's words; NetlinkError */
export function disconnectContainer(places: Places, wanted: string, networkName: string): void {
  const { id } = find(places, wanted)
  const left = whileBothStay(places, id, (state) => {
    const network = findNetwork(places, networkName)
    if (network.id === host.id)
      throw new UserError('container cannot be disconnected from host network or connected to host network')
    const endpoint = state.network.networks.find((one) => one.id === network.id)
    if (endpoint === undefined)
      throw new UserError(`container ${id} is not connected to network ${network.name}`)
    if (isRunning(state) && endpoint.given) pullOut(places, state, network, endpoint)
    note(places, id, (networks) => networks.filter((one) => one.id !== network.id))
    return network
  })
  if (left === undefined) throw new UserError(`No such container: ${wanted}`)
  tellNames(places, [left], [id])
  recordConnection(places, 'disconnect', left, id)
}

/** Another one of its networks becomes the way out, and gets the published ports. */
function pullOut(places: Places, state: State, network: Network, { given }: Endpoint): void {
  const { networks, ports } = state.network
  const wasWayOut = wayOutOf(networks)?.id === network.id
  const next = wayOutOf(networks.filter(({ id }) => id !== network.id))
  if (wasWayOut && ports.length > 0) withdraw(bridgeOf(network), [given!.link])
  inNamespace(state, (netns) => leave(netns, given!.link, next?.given?.gateway))
  if (wasWayOut && next?.given) publish(bridgeOf(findNetwork(places, next.id)), next.given, ports)
}

function note(
  places: Places,
  id: string,
  change: (networks: readonly Endpoint[]) => readonly Endpoint[],
): void {
  update(places, id, (state) => ({
    ...state,
    network: { ...state.network, networks: change(state.network.networks) },
  }))
}

/** The descriptor is of the container's own namespace, even if its process ends in this moment. */
function inNamespace<T>(state: State, work: (netns: number) => T): T {
  const netns = call(openat(C.AT_FDCWD, `/proc/${state.pid}/ns/net`, C.O_RDONLY | C.O_CLOEXEC))
  try {
    // its number may have been given to another process
    if (!isRunning(state)) throw new UserError(`Container ${state.id} is not running`)
    return work(netns)
  } finally {
    closeSync(netns)
  }
}
