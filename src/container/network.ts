// The network of one container, as it starts: its ports are taken, its cables laid, its files composed.

import { closeSync } from 'node:fs'
import { type Attachment, attach } from '../network/attach.ts'
import { type NetworkFiles, networkFiles } from '../network/files.ts'
import type { HostLine } from '../network/hosts.ts'
import { join } from '../network/join.ts'
import type { PublishedPort } from '../network/ports.ts'
import { withdraw } from '../network/publish.ts'
import { hold, release, reserve } from '../network/reserve.ts'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { openat } from '../syscall/file.ts'
import { type Endpoint, type Given, sharedWith } from './endpoint.ts'
import { linesFor, namedNetworks, runningOn } from './name-lookup.ts'
import { randomId } from './names.ts'
import { bridge, bridgeOf, listNetworks } from './networks.ts'
import type { Places } from './places.ts'
import { portRequests } from './port-requests.ts'
import { isRunning, load, type State } from './state.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

export interface ContainerNetwork {
  /** A descriptor of the namespace to enter; without one the network is the host's. */
  readonly netns: number | undefined
  /** For the container's state. */
  readonly recorded: State['network']
  /** What /etc/resolv.conf, /etc/hosts and /etc/hostname shall be; nothing if they are those of another container. */
  readonly files: NetworkFiles | undefined
  /** What was changed on the host, for the person to know. */
  readonly notices: readonly string[]
  /** These descriptors are to be kept as long as the container runs: they hold its ports. */
  readonly sockets: readonly number[]
  /** Let go of the namespace: a process is in it. */
  readonly close: () => void
  /** Take everything back: the container could not be started. */
  readonly abandon: () => void
}

/** @param ready a network namespace that is there already; without it, one is made */
export function connect(places: Places, state: State, hostname: string, ready?: number): ContainerNetwork {
  const { mode } = state.network
  const shared = sharedWith(mode)
  if (shared !== undefined) return sharing(places, state, shared)
  if (mode === 'host') return withoutOwn(places, state, hostname)
  using undo = new DisposableStack()
  const { ports, sockets } = reserve(mode === 'none' ? [] : portRequests(state))
  undo.defer(() => release(sockets))
  const { attachment, networks, notices } = plugIn(places, state, ports, ready)
  let isOpen = true
  const close = () => {
    if (isOpen) attachment.close()
    isOpen = false
  }
  undo.defer(close)
  const recorded = { mode, networks, ports }
  undo.defer(() => withdrawAll(places, recorded))
  hold({ ports, sockets })
  const files = filesOf(places, { ...state, network: recorded }, hostname)
  const stack = undo.move()
  return { netns: attachment.netns, recorded, files, notices, sockets, close, abandon: () => stack.dispose() }
}

/** Its published ports are reached no more. */
export function withdrawAll(places: Places, { networks, ports }: State['network']): void {
  if (ports.length === 0) return
  for (const { id, given } of networks) {
    const network = listNetworks(places).find((one) => one.id === id)
    if (given && network) withdraw(bridgeOf(network), [given.link])
  }
}

function plugIn(
  places: Places,
  { network }: State,
  ports: readonly PublishedPort[],
  ready: number | undefined,
) {
  const [first, ...more] = network.networks
  if (network.mode === 'none' || first === undefined)
    return { attachment: attach({ mode: 'none' }, ready), networks: network.networks, notices: [] }
  const wayOut = network.networks.find(({ internal }) => !internal)
  const wanted = (endpoint: Endpoint) => ({
    ...cableOf(places, endpoint),
    ports: endpoint === wayOut ? ports : [],
  })
  const attachment = attach({ mode: 'bridge', ...wanted(first) }, ready)
  try {
    const networks: Endpoint[] = [{ ...first, given: givenBy(attachment as Required<Attachment>) }]
    const notices = [...attachment.notices]
    for (const endpoint of more) {
      const cable = join(attachment.netns, wanted(endpoint))
      networks.push({ ...endpoint, given: givenBy(cable) })
      notices.push(...cable.notices)
    }
    return { attachment, networks, notices }
  } catch (error) {
    attachment.close()
    throw error
  }
}

/** What is asked of the network floor for an endpoint. */
export function cableOf(places: Places, { id, name, wanted }: Endpoint) {
  const network = listNetworks(places).find((one) => one.id === id)
  if (network === undefined) throw new UserError(`network ${name} not found`, ENGINE_FAILED)
  return { bridge: bridgeOf(network), address: wanted.ip, mac: wanted.mac }
}

export function givenBy(cable: {
  readonly address: string
  readonly gateway: string
  readonly prefix: number
  readonly mac: string
  readonly hostLink: string
}): Given {
  const { address, gateway, prefix, mac, hostLink } = cable
  return { endpointId: randomId(), address, gateway, prefix, mac, link: hostLink }
}

function sharing(places: Places, { network }: State, id: string): ContainerNetwork {
  const other = load(places, id)
  if (other === undefined || !isRunning(other))
    throw new UserError(`cannot join network of a non running container: ${id}`, ENGINE_FAILED)
  const netns = call(openat(C.AT_FDCWD, `/proc/${other.pid}/ns/net`, C.O_RDONLY | C.O_CLOEXEC))
  let isOpen = true
  const close = () => {
    if (isOpen) closeSync(netns)
    isOpen = false
  }
  const recorded = { ...network, networks: [], ports: [] }
  return { netns, recorded, files: undefined, notices: [], sockets: [], close, abandon: close }
}

function withoutOwn(places: Places, state: State, hostname: string): ContainerNetwork {
  const nothing = () => {}
  return {
    netns: undefined,
    recorded: { ...state.network, ports: [] },
    files: filesOf(places, state, hostname),
    notices: [],
    sockets: [],
    close: nothing,
    abandon: nothing,
  }
}

function filesOf(places: Places, state: State, hostname: string): NetworkFiles {
  const { mode, networks } = state.network
  const { domainname, dns, dnsSearch, dnsOptions } = state.options
  const onDefault = networks.find(({ id }) => id === bridge.id)?.given
  const running = runningOn(
    places,
    namedNetworks(state).map(({ id }) => id),
  )
  return networkFiles({
    mode: mode === 'host' || mode === 'none' ? mode : 'bridge',
    hostname,
    domainname,
    address: onDefault?.address,
    dns,
    dnsSearch,
    dnsOptions,
    extraHosts: extraHosts(state),
    names: linesFor(state, running),
  })
}

function extraHosts({ network, options }: State): HostLine[] {
  const gateway = network.networks.find(({ given }) => given)?.given?.gateway
  return (options.extraHosts ?? []).map(({ name, address }) => ({
    address: address === 'host-gateway' ? (gateway ?? '127.0.0.1') : address,
    names: [name],
  }))
}
