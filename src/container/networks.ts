// The networks that containers can be on. Three are always there, under Docker's names; the others somebody has made, and
// each is a file in the folder `networks`. A file is all that a network is, as long as no container is on it: bridge and
// rules are made when the first one starts, so that nothing is missing after the machine was started anew.

import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bridge, gocker0, subnetOf } from '../network/settings.ts'
import { whileLocked } from '../syscall/lock.ts'
import type { Places } from './places.ts'
import { UserError } from './user-error.ts'

export interface Network {
  /** 64 hexadecimal digits */
  readonly id: string
  readonly name: string
  /** RFC 3339 */
  readonly created: string
  readonly driver: 'bridge' | 'host' | 'null'
  /** Of a bridge: `172.18.0.0/16`. */
  readonly subnet?: string
  readonly gateway?: string
  /** Containers get addresses from this part of it only. */
  readonly range?: string
  /** A person chose the subnet; only then containers can choose their addresses. */
  readonly isOwnSubnet?: boolean
  readonly internal: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, string>>
}

/** Always the same: its name in hexadecimal, with zeros. */
const predefined = (name: string, driver: Network['driver']): Network => ({
  id: Buffer.from(name).toString('hex').padEnd(64, '0'),
  name,
  created: '0001-01-01T00:00:00Z',
  driver,
  internal: false,
  labels: {},
  options: {},
})

export const bridge: Network = {
  ...predefined('bridge', 'bridge'),
  subnet: `${subnetOf(gocker0)}/${gocker0.prefix}`,
  gateway: gocker0.address,
}
export const host = predefined('host', 'host')
export const none = predefined('none', 'null')

export function isPredefined({ id }: Pick<Network, 'id'>): boolean {
  return [bridge, host, none].some((one) => one.id === id)
}

/** The option by which a person chooses how large packets may be. */
export const mtuOption = 'com.docker.network.driver.mtu'

/** The bridge that the network is, or will be. */
export function bridgeOf({ id, subnet = '', gateway = '', range, internal, options }: Network): Bridge {
  if (id === bridge.id) return gocker0
  const name = `gk-${id.slice(0, 12)}`
  const [address = '', prefix] = range?.split('/') ?? []
  return {
    name,
    address: gateway,
    prefix: Number(subnet.split('/')[1]),
    table: name,
    internal,
    ...(range === undefined ? {} : { range: { address, prefix: Number(prefix) } }),
    ...(options[mtuOption] === undefined ? {} : { mtu: Number(options[mtuOption]) }),
  }
}

/** All networks, those that are always there among them, by name. */
export function listNetworks(places: Places): Network[] {
  const made = fileNames(places).flatMap((file) => read(places, file.replace(/\.json$/, '')) ?? [])
  return [bridge, host, none, ...made].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function fileNames({ networks }: Places): string[] {
  try {
    return readdirSync(networks).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}

function read({ networks }: Places, name: string): Network | undefined {
  try {
    return JSON.parse(readFileSync(join(networks, `${name}.json`), 'utf8')) as Network
  } catch {
    return undefined
  }
}

/**
 * The network that a person means: by name, full id, or the beginning of an id that fits one only.
 * @throws UserError in Docker's words
 */
export function findNetwork(places: Places, wanted: string): Network {
  const name = wanted === 'default' ? 'bridge' : wanted
  const known = [bridge, host, none].find((one) => one.name === name)
  const found = known ?? (/^[\w.-]+$/.test(name) ? read(places, name) : undefined)
  if (found) return found
  const matching = /^[0-9a-f]+$/.test(wanted)
    ? listNetworks(places).filter(({ id }) => id.startsWith(wanted))
    : []
  if (matching.length > 1)
    throw new UserError(
      `network ${wanted} is ambiguous (${matching.length} matches found based on ID prefix)`,
    )
  if (matching[0] === undefined) throw new UserError(`network ${wanted} not found`)
  return matching[0]
}

/** One at a time: networks are chosen so that they do not overlap, and names of containers are told to each other. */
export function whileNetworksStay<T>({ networks }: Places, work: () => T): T {
  mkdirSync(networks, { recursive: true, mode: 0o700 })
  return whileLocked(networks, work)
}

/** Write a new network down: all of it or nothing. @throws UserError if one has the name */
export function addNetwork({ networks }: Places, network: Network): void {
  const [file, temporary] = [`${network.name}.json`, `${network.id}.new`].map((name) => join(networks, name))
  try {
    writeFileSync(temporary!, JSON.stringify(network), { mode: 0o600 })
    linkSync(temporary!, file!)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new UserError(`network with name ${network.name} already exists`)
  } finally {
    rmSync(temporary!, { force: true })
  }
}

/** What was killed while it wrote a network down: nobody else writes one meanwhile. */
export function forgetUnfinishedNetworks({ networks }: Places): void {
  for (const name of readdirSync(networks))
    if (name.endsWith('.new')) rmSync(join(networks, name), { force: true })
}

export function forgetNetwork({ networks }: Places, { name }: Network): void {
  rmSync(join(networks, `${name}.json`), { force: true })
}
