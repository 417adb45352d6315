// Published ports as values: what is asked for, and what it has become. Nothing is done here.

export type Protocol = 'tcp' | 'udp'

/** A port of a container that shall be reachable from outside. */
export interface PortRequest {
  readonly protocol: Protocol
  readonly containerPort: number
  /** The address of the host at which it is reached; without it at all of them. */
  readonly hostAddress?: string
  /** One of these ports of the host, the first that is free; without it any one that is free. */
  readonly hostPorts?: { readonly first: number; readonly last: number }
}

/** A port of a container that is reachable from outside. */
export interface PublishedPort {
  readonly protocol: Protocol
  readonly containerPort: number
  /** `0.0.0.0` for all of them. */
  readonly hostAddress: string
  readonly hostPort: number
}

export const everyAddress = '0.0.0.0'

/** The ports of the host that are published by UDP. */
export function udpPorts(ports: readonly PublishedPort[]): number[] {
  return ports.filter(({ protocol }) => protocol === 'udp').map(({ hostPort }) => hostPort)
}
