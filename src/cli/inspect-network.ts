// What `inspect` tells of a container's networks, in Docker's field names.

import { type Endpoint, sharedWith } from '../container/endpoint.ts'
import { namesOf } from '../container/name-lookup.ts'
import { bridge, isPredefined } from '../container/networks.ts'
import { isRunning, type State } from '../container/state.ts'
import { nilList, nilMap, orNil, unsaidMap } from './nil.ts'
import { portBindings, portsMap } from './port-columns.ts'

/** NetworkSettings */
export function networkSettings(state: State): object {
  const { networks } = state.network
  const now = isRunning(state)
  const onDefault = networks.find(({ id }) => id === bridge.id)
  return {
    Bridge: '',
    SandboxID: '',
    SandboxKey: now ? `/proc/${state.pid}/ns/net` : '',
    Ports: portsMap(state),
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: nilList,
    SecondaryIPv6Addresses: nilList,
    ...addresses(now ? onDefault : undefined),
    Networks: Object.fromEntries(
      networks.map((endpoint) => [endpoint.name, endpointOf(state, endpoint, now)]),
    ),
  }
}

function addresses(endpoint: Endpoint | undefined) {
  const { endpointId = '', address = '', gateway = '', prefix = 0, mac = '' } = endpoint?.given ?? {}
  return {
    EndpointID: endpointId,
    Gateway: gateway,
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: address,
    IPPrefixLen: prefix,
    IPv6Gateway: '',
    MacAddress: mac,
  }
}

function endpointOf(state: State, endpoint: Endpoint, now: boolean): object {
  const { wanted, id } = endpoint
  return {
    IPAMConfig: wanted.ip === undefined ? null : { IPv4Address: wanted.ip },
    Links: nilList,
    Aliases: orNil(wanted.aliases),
    DriverOpts: nilMap,
    GwPriority: 0,
    NetworkID: now ? id : '',
    ...addresses(now ? endpoint : undefined),
    DNSNames: isPredefined(endpoint) ? nilList : namesOf(state, endpoint),
  }
}

/** Those fields of HostConfig that are about the network. */
export function networkConfig(state: State): object {
  const { options, network } = state
  return {
    NetworkMode: network.mode,
    PortBindings: portBindings(state),
    PublishAllPorts: options.publishAll ?? false,
    Dns: options.dns,
    DnsOptions: options.dnsOptions ?? [],
    DnsSearch: options.dnsSearch ?? [],
    ExtraHosts: (options.extraHosts ?? []).map(({ name, address }) => `${name}:${address}`),
  }
}

/** The column Networks of `ps`. */
export function networksColumn({ network }: State): string {
  if (sharedWith(network.mode) !== undefined) return ''
  return network.networks.map(({ name }) => name).join(',')
}

/** Config.ExposedPorts */
export function exposedPorts({ exposed = [] }: State): object {
  return exposed.length === 0 ? unsaidMap : Object.fromEntries(exposed.map((key) => [key, {}]))
}
