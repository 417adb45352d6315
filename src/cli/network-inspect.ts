// What `network inspect` tells, in Docker's field names.

import { bridge, host, type Network } from '../container/networks.ts'
import type { State } from '../container/state.ts'
import { gocker0 } from '../network/settings.ts'

/** @param members the containers that are on it now */
export function describeNetwork(network: Network, members: readonly State[]): object {
  const { name, id, created, driver, subnet, gateway, range, internal, labels, options } = network
  const config =
    subnet === undefined
      ? null
      : [{ Subnet: subnet, ...(range === undefined ? {} : { IPRange: range }), Gateway: gateway }]
  return {
    Name: name,
    Id: id,
    Created: created,
    Scope: 'local',
    Driver: driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: isDefault(network) ? null : {}, Config: config },
    Internal: internal,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(members.map((state) => [state.id, endpointOf(state, id)])),
    Options: id === bridge.id ? defaultOptions : options,
    Labels: labels,
  }
}

function isDefault({ id }: Network): boolean {
  return id === bridge.id || id === host.id
}

function endpointOf({ name, network }: State, networkId: string): object {
  const given = network.networks.find(({ id }) => id === networkId)?.given
  return {
    Name: name,
    EndpointID: given?.endpointId ?? '',
    MacAddress: given?.mac ?? '',
    IPv4Address: given ? `${given.address}/${given.prefix}` : '',
    IPv6Address: '',
  }
}

/** What Docker says of its own bridge, with the name of ours. */
const defaultOptions = {
  'com.docker.network.bridge.default_bridge': 'true',
  'com.docker.network.bridge.enable_icc': 'true',
  'com.docker.network.bridge.enable_ip_masquerade': 'true',
  'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
  'com.docker.network.bridge.name': gocker0.name,
}
