// Where a container meets a network: what it wants there, and what it has got.

import type { PublishedPort } from '../network/ports.ts'

/** The wish to be on a network. */
export interface EndpointRequest {
  /** The network's name, as it was typed. */
  readonly network: string
  /** A certain address; otherwise the first free one. */
  readonly ip?: string
  /** A certain hardware address. */
  readonly mac?: string
  /** Other names for the container, on this network only. */
  readonly aliases: readonly string[]
}

/** A container on a network. */
export interface Endpoint {
  /** The network. */
  readonly name: string
  readonly id: string
  readonly internal?: boolean
  readonly wanted: Omit<EndpointRequest, 'network'>
  /** What it has while it runs. */
  readonly given?: Given
}

export interface Given {
  /** 64 hexadecimal digits, another one each time. */
  readonly endpointId: string
  readonly address: string
  readonly gateway: string
  readonly prefix: number
  readonly mac: string
  /** The host's end of its cable. */
  readonly link: string
}

export interface NetworkState {
  /** As in RunOptions; of another container by its full id. */
  readonly mode: string
  readonly networks: readonly Endpoint[]
  /** The ports of the host that are taken for it. They are published as long as one of its networks leads outside. */
  readonly ports: readonly PublishedPort[]
}

/** The network through which a container reaches what is on none of its own, and is reached through published ports. */
export function wayOutOf(networks: readonly Endpoint[]): Endpoint | undefined {
  return networks.find(({ internal, given }) => given !== undefined && !internal)
}

/** `container:ID` → the id. */
export function sharedWith(mode: string): string | undefined {
  return mode.startsWith('container:') ? mode.slice('container:'.length) : undefined
}
