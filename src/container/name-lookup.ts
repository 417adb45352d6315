// Containers on one network find each other by name. The names are lines in the /etc/hosts of each of them, which is a
// file in its folder: when one of them starts, ends or is renamed, the files of the others are written anew, in place,
// for what the container sees is this very file and no later one at the same path.
//
// The network `bridge` has no names, as in Docker.

import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fullName, type HostLine, hostNames, withNames } from '../network/hosts.ts'
import * as C from '../syscall/constants.ts'
import type { Endpoint } from './endpoint.ts'
import { isPredefined, whileNetworksStay } from './networks.ts'
import type { Places } from './places.ts'
import { folder, isRunning, list, load, type State } from './state.ts'

/** What the container is called on a network: Docker's order. */
export function namesOf({ name, id, options }: State, { wanted }: Endpoint): string[] {
  return [...new Set([name, ...wanted.aliases, id.slice(0, 12), hostnameOf({ id, options })])]
}

function hostnameOf({ id, options }: Pick<State, 'id' | 'options'>): string {
  return options.hostname || id.slice(0, 12)
}

/** The networks of a container on which it has names. */
export function namedNetworks({ network }: State): Endpoint[] {
  return network.networks.filter((endpoint) => !isPredefined(endpoint))
}

/** The lines for a container: itself first, and whoever else is on the same networks. */
export function linesFor(state: State, running: readonly State[]): HostLine[] {
  return namedNetworks(state).flatMap((endpoint) => {
    if (endpoint.given === undefined) return []
    const own = {
      address: endpoint.given.address,
      names: [
        ...hostNames(fullName(hostnameOf(state), state.options.domainname)),
        ...namesOf(state, endpoint),
      ],
    }
    const others = running.filter(({ id }) => id !== state.id)
    return [own, ...others.flatMap((other) => lineOf(other, endpoint.id))]
  })
}

function lineOf(state: State, networkId: string): HostLine[] {
  const endpoint = state.network.networks.find(({ id }) => id === networkId)
  if (endpoint?.given === undefined) return []
  return [{ address: endpoint.given.address, names: namesOf(state, endpoint) }]
}

/** Those whose names can be looked up now, the one that has run longest first. */
export function runningOn(places: Places, networkIds: readonly string[]): State[] {
  return list(places)
    .filter((state) => state.network.networks.some(({ id }) => networkIds.includes(id)) && isRunning(state))
    .toReversed()
}

/**
 * Tell everyone on these networks who is there now. One at a time, so that the last word is the newest.
 * @param others containers that are to be told as well, by their ids
 */
export function tellNames(
  places: Places,
  networks: readonly Pick<Endpoint, 'id'>[],
  others: readonly string[] = [],
): void {
  const ids = networks.filter((network) => !isPredefined(network)).map(({ id }) => id)
  if (ids.length === 0) return
  whileNetworksStay(places, () => {
    const members = runningOn(places, ids)
    const concerned = [...members, ...others.flatMap((id) => load(places, id) ?? []).filter(isRunning)]
    // whoever is told may be on other networks, too
    const all = runningOn(places, [...new Set(concerned.flatMap(namedNetworks).map(({ id }) => id))])
    for (const state of concerned) rewrite(join(folder(places, state.id), 'hosts'), linesFor(state, all))
  })
}

/** The file is as long as its container wants: one that is longer than any list of names is left as it is. */
const longest = 2 ** 20

function rewrite(path: string, lines: readonly HostLine[]): void {
  let file: number
  try {
    // not to be kept waiting by a lease that the container has taken on it: fcntl(2), F_SETLEASE
    file = openSync(path, C.O_RDWR | C.O_NONBLOCK | C.O_CLOEXEC)
  } catch {
    return // it was removed meanwhile, or its container holds it
  }
  try {
    if (fstatSync(file).size > longest) return
    const before = readFileSync(file, 'utf8')
    const after = Buffer.from(withNames(before, lines))
    if (after.toString('utf8') === before) return
    // the new content first, so that the file is never found empty
    writeSync(file, after, 0, after.length, 0)
    ftruncateSync(file, after.length)
  } finally {
    closeSync(file)
  }
}
