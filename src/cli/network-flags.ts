// The flags of `run` and `create` that are about the network: which networks, under which names, with which ports of the
// host, and whom to ask for names. From words to the options of a container.

import { type Command, Option } from 'commander'
import type { EndpointRequest } from '../container/endpoint.ts'
import { sharedWith } from '../container/endpoint.ts'
import type { ExtraHost, RunOptions } from '../container/options.ts'
import { ENGINE_FAILED, UserError } from '../container/user-error.ts'
import { exposeFlag, publishFlag } from './port-spec.ts'
import { err } from './print.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function addNetworkFlags(command: Command): Command {
  return (
    command
      .option('--network <network>', 'Connect a container to a network', several)
      .option('--net <network>', 'As --network', several)
      .option('--network-alias <list>', 'Add network-scoped alias for the container', several)
      .option('--ip <ip>', 'IPv4 address (e.g., 172.30.100.104)')
      .option('--mac-address <string>', 'Container MAC address (e.g., 92:d0:c6:0a:29:33)')
      .option('-p, --publish <list>', "Publish a container's port(s) to the host", several)
      .option('-P, --publish-all', 'Publish all exposed ports to random ports', false)
      .option('--expose <list>', 'Expose a port or a range of ports', several)
      .option('--add-host <list>', 'Add a custom host-to-IP mapping (host:ip)', several)
      .option('--dns <list>', 'Set custom DNS servers', several)
      .option('--dns-search <list>', 'Set custom DNS search domains', several)
      .option('--dns-option <list>', 'Set DNS options', several)
      // older spellings, which Docker knows and does not tell of
      .addOption(new Option('--net-alias <list>').argParser(several).hideHelp())
      .addOption(new Option('--dns-opt <list>').argParser(several).hideHelp())
  )
}

export interface NetworkFlags {
  readonly hostname?: string
  readonly network?: readonly string[]
  readonly net?: readonly string[]
  readonly networkAlias?: readonly string[]
  readonly ip?: string
  readonly macAddress?: string
  readonly publish?: readonly string[]
  readonly publishAll?: boolean
  readonly expose?: readonly string[]
  readonly addHost?: readonly string[]
  readonly dns?: readonly string[]
  readonly dnsSearch?: readonly string[]
  readonly dnsOption?: readonly string[]
  readonly netAlias?: readonly string[]
  readonly dnsOpt?: readonly string[]
}

type NetworkOptions = Pick<
  RunOptions,
  | 'network'
  | 'endpoints'
  | 'publish'
  | 'publishAll'
  | 'expose'
  | 'extraHosts'
  | 'dns'
  | 'dnsSearch'
  | 'dnsOptions'
>

/** @throws UserError in Docker's words, for what makes no sense */
export function networkOptions(flags: NetworkFlags): NetworkOptions {
  const endpoints = endpointsOf(flags)
  const network = endpoints[0]!.network
  if (sharedWith(network) !== undefined) refuseForShared(flags)
  if (network === 'host' && (flags.publish || flags.publishAll))
    err('WARNING: Published ports are discarded when using host network mode')
  return {
    network,
    endpoints,
    publish: (flags.publish ?? []).flatMap(publishFlag),
    publishAll: flags.publishAll,
    expose: (flags.expose ?? []).flatMap(exposeFlag),
    extraHosts: (flags.addHost ?? []).map(extraHost),
    dns: (flags.dns ?? []).map(nameServer),
    dnsSearch: flags.dnsSearch,
    dnsOptions:
      flags.dnsOption || flags.dnsOpt ? [...(flags.dnsOption ?? []), ...(flags.dnsOpt ?? [])] : undefined,
  }
}

/** --ip, --mac-address and --network-alias are about the first network. */
function endpointsOf({
  network = [],
  net = [],
  ip,
  macAddress,
  networkAlias = [],
  netAlias = [],
}: NetworkFlags): EndpointRequest[] {
  const [first = { network: 'bridge', aliases: [] }, ...more] = [...network, ...net].map(networkFlag)
  const all = [
    {
      ...first,
      ip: first.ip ?? ipFlag(ip),
      mac: first.mac ?? macFlag(macAddress),
      aliases: [...first.aliases, ...networkAlias, ...netAlias],
    },
    ...more,
  ]
  const isAlone = (name: string) => name === 'host' || name === 'none' || sharedWith(name) !== undefined
  if (all.length > 1 && all.some((one) => isAlone(one.network)))
    throw refused('conflicting options: cannot attach both user-defined and non-user-defined network-modes')
  return all
}

/** `NAME`, or `name=NAME,alias=A,ip=I,mac-address=M` */
function networkFlag(text: string): EndpointRequest {
  if (!text.includes('=')) return { network: named(text), aliases: [] }
  const fields = text.split(',').map((field) => {
    const at = field.indexOf('=')
    if (at <= 0) throw refused(`invalid field ${field}`)
    return [field.slice(0, at).trim().toLowerCase(), field.slice(at + 1).trim()] as const
  })
  const known = ['name', 'alias', 'ip', 'mac-address']
  const wrong = fields.find(([key]) => !known.includes(key))
  if (wrong) throw refused(`invalid field key ${wrong[0]}`)
  const value = (key: string) => fields.findLast(([one]) => one === key)?.[1]
  return {
    network: named(value('name') ?? ''),
    ip: ipFlag(value('ip')),
    mac: macFlag(value('mac-address')),
    aliases: fields.filter(([key]) => key === 'alias').map(([, alias]) => alias),
  }
}

function named(text: string): string {
  if (text === '') throw refused('network name/id is not specified')
  return text === 'default' ? 'bridge' : text
}

/** Whoever uses the network of another container has all of its settings. */
function refuseForShared(flags: NetworkFlags): void {
  const conflicts: readonly [unknown, string][] = [
    [flags.hostname, 'hostname and the network mode'],
    [flags.dns, 'dns and the network mode'],
    [flags.addHost, 'custom host-to-IP mapping and the network mode'],
    [flags.macAddress, 'mac-address and the network mode'],
    [flags.publish ?? (flags.publishAll || undefined), 'port publishing and the container type network mode'],
    [flags.expose, 'port exposing and the container type network mode'],
  ]
  for (const [value, words] of conflicts)
    if (value !== undefined) throw refused(`conflicting options: ${words}`)
}

export function ipFlag(text: string | undefined): string | undefined {
  if (text !== undefined && !isIpv4(text)) throw refused(`invalid IPv4 address: ${text}`)
  return text
}

function macFlag(text: string | undefined): string | undefined {
  if (text !== undefined && !/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(text))
    throw refused(`${text} is not a valid mac address`)
  return text?.replaceAll('-', ':').toLowerCase()
}

/** `name:address` or `name=address`; the address `host-gateway` is the host. */
function extraHost(text: string): ExtraHost {
  const at = text.search(/[:=]/)
  const [name, address] = [text.slice(0, at), text.slice(at + 1).replace(/^\[(.*)\]$/, '$1')]
  if (at <= 0 || address === '') throw refused(`bad format for add-host: "${text}"`)
  if (address !== 'host-gateway' && !isIpv4(address) && !/^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(address))
    throw refused(`invalid IP address in add-host: "${address}"`)
  if (/[\s\p{Cc}#]/u.test(name)) throw refused(`bad format for add-host: "${text}"`)
  return { name, address }
}

function nameServer(text: string): string {
  if (isIpv4(text) || /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text)) return text
  throw refused(`invalid argument "${text}" for "--dns" flag: IP address is not correctly formatted: ${text}`)
}

function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)
}

function refused(message: string): UserError {
  return new UserError(message, ENGINE_FAILED)
}
