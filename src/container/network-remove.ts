// The end of a network: its bridge, its rules, and what was written down of it.

import { removeAll } from '../network/prune.ts'
import { whileBridgesGo } from '../network/stay.ts'
import { record } from './events.ts'
import {
  bridgeOf,
  findNetwork,
  forgetNetwork,
  forgetUnfinishedNetworks,
  isPredefined,
  listNetworks,
  type Network,
  whileNetworksStay,
} from './networks.ts'
import type { Places } from './places.ts'
import { isRunning, list, type State } from './state.ts'
import { UserError } from './user-error.ts'

/** The containers that are on the network now. */
export function runningMembers(places: Places, { id }: Pick<Network, 'id'>): State[] {
  return members(places, { id }).filter(isRunning)
}

/** The containers that are on it, or will be when they are started. */
export function members(places: Places, { id }: Pick<Network, 'id'>): State[] {
  return list(places).filter(({ network }) => network.networks.some((endpoint) => endpoint.id === id))
}

/** @throws UserError in Docker's words */
export function removeNetwork(places: Places, wanted: string): void {
  whileNobodyComes(places, () => {
    const network = findNetwork(places, wanted)
    if (isPredefined(network))
      throw new UserError(`${network.name} is a pre-defined network and cannot be removed`)
    const active = runningMembers(places, network)
    if (active.length > 0) {
      const names = active.map(({ name, id }) => `name:"${name}" id:"${id.slice(0, 12)}"`).join(', ')
      throw new UserError(
        `error while removing network: network ${network.name} has active endpoints (${names})`,
      )
    }
    takeAway(places, network)
  })
}

/** Whoever starts a container on a network has come there, and it is noted, or has not begun. */
function whileNobodyComes<T>(places: Places, work: () => T): T {
  return whileNetworksStay(places, () => whileBridgesGo(work))
}

/** What was written down goes last: if we are interrupted, the network can be removed once more. */
function takeAway(places: Places, network: Network): void {
  // a cable of a container that has just ended may still hang on the bridge: the kernel takes it away soon
  removeAll(bridgeOf(network), { force: true })
  forgetNetwork(places, network)
  record(places, 'network', 'destroy', network.id, { name: network.name, type: 'bridge' })
}

/**
 * Remove the networks that no container is on, nor will be on when it is started.
 * @returns those that were removed
 */
export function pruneNetworks(
  places: Places,
  isMeant: (network: Network) => boolean = () => true,
): Network[] {
  return whileNobodyComes(places, () => {
    const unused = listNetworks(places)
      .filter((network) => !isPredefined(network) && isMeant(network))
      .filter((network) => members(places, network).length === 0)
    for (const network of unused) takeAway(places, network)
    forgetUnfinishedNetworks(places)
    return unused
  })
}
