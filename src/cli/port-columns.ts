// Ports as Docker shows them: the column PORTS of `ps`, the lines of `port`, and the maps of `inspect`.

import { wayOutOf } from '../container/endpoint.ts'
import { isRunning, type State } from '../container/state.ts'
import type { PublishedPort } from '../network/ports.ts'

/** The ports through which the container is reached now. */
export function published(state: State): readonly PublishedPort[] {
  return isRunning(state) && wayOutOf(state.network.networks) ? state.network.ports : []
}

interface Shown {
  readonly port: number
  readonly protocol: string
  /** Nothing for a port that is not published. */
  readonly address: string
  readonly hostPort: number
}

/** Docker's order. */
function inOrder(a: Shown, b: Shown): number {
  return (
    a.port - b.port ||
    compare(a.address, b.address) ||
    a.hostPort - b.hostPort ||
    compare(a.protocol, b.protocol)
  )
}

/** `0.0.0.0:8080->80/tcp, 443/tcp`; ports that follow each other and keep their numbers are folded: `8000-8003`. */
export function portsColumn(state: State): string {
  if (!isRunning(state)) return ''
  const ports = published(state)
  const isPublished = (key: string) =>
    ports.some(({ containerPort, protocol }) => key === `${containerPort}/${protocol}`)
  const others = (state.exposed ?? []).filter((key) => !isPublished(key))
  return folded([
    ...ports.map(({ containerPort, protocol, hostAddress, hostPort }) => ({
      port: containerPort,
      protocol,
      address: hostAddress,
      hostPort,
    })),
    ...others.map((key) => ({
      port: Number.parseInt(key, 10),
      protocol: key.split('/')[1]!,
      address: '',
      hostPort: 0,
    })),
  ])
}

export function folded(ports: readonly Shown[]): string {
  const groups = new Map<string, { first: number; last: number }>()
  const done: string[] = []
  const moved: string[] = []
  for (const { port, protocol, address, hostPort } of ports.toSorted(inOrder)) {
    if (address !== '' && hostPort !== port) {
      moved.push(`${address}:${hostPort}->${port}/${protocol}`)
      continue
    }
    const key = `${address}/${protocol}`
    const group = groups.get(key)
    if (group?.last === port - 1) group.last = port
    else {
      if (group) done.push(groupText(key, group.first, group.last))
      // a key keeps the place that it was first seen at
      groups.set(key, { first: port, last: port })
    }
  }
  const open = [...groups].map(([key, { first, last }]) => groupText(key, first, last))
  return [...done, ...open, ...moved].join(', ')
}

function groupText(key: string, first: number, last: number): string {
  const [address, protocol] = key.split('/')
  const ports = first === last ? String(first) : `${first}-${last}`
  return address === '' ? `${ports}/${protocol}` : `${address}:${ports}->${ports}/${protocol}`
}

type Bindings = Record<string, { HostIp: string; HostPort: string }[] | null>

/** NetworkSettings.Ports: what is exposed and not published is there, with nothing. */
export function portsMap(state: State): Bindings {
  if (!isRunning(state)) return {}
  const map: Bindings = Object.fromEntries((state.exposed ?? []).map((key) => [key, null]))
  for (const { containerPort, protocol, hostAddress, hostPort } of published(state)) {
    const key = `${containerPort}/${protocol}`
    map[key] = [...(map[key] ?? []), { HostIp: hostAddress, HostPort: String(hostPort) }]
  }
  return map
}

/** HostConfig.PortBindings: what a person asked for. */
export function portBindings({ options }: State): Bindings {
  const map: Bindings = {}
  for (const { containerPort, protocol, hostAddress = '', hostPorts } of options.publish ?? []) {
    const key = `${containerPort}/${protocol}`
    const { first, last } = hostPorts ?? { first: 0, last: 0 }
    const HostPort = last === 0 ? '' : first === last ? String(first) : `${first}-${last}`
    map[key] = [...(map[key] ?? []), { HostIp: hostAddress, HostPort }]
  }
  return map
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
