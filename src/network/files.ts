// The three files of /etc that a network needs: resolv.conf (who translates names), hosts (names known without
// asking), hostname. Here they are only composed: content, no file is written. resolv.conf(5), hosts(5), hostname(5)

import { readFileSync } from 'node:fs'
import { fullName, type HostLine, hostLine, hostsFile } from './hosts.ts'

export interface NetworkFiles {
  /** The content of /etc/resolv.conf. */
  readonly resolvConf: string
  /** The content of /etc/hosts. */
  readonly hosts: string
  /** The content of /etc/hostname. */
  readonly hostname: string
}

export interface FilesOptions {
  readonly mode: 'bridge' | 'none' | 'host'
  readonly hostname: string
  readonly domainname?: string
  /** The container's address; with `bridge` only. */
  readonly address?: string
  /** Other lines of /etc/hosts: what a person wants there, and who is on the same networks. */
  readonly extraHosts?: readonly HostLine[]
  readonly names?: readonly HostLine[]
  /** Name servers, search domains and options to use instead of the host's. */
  readonly dns?: readonly string[]
  readonly dnsSearch?: readonly string[]
  readonly dnsOptions?: readonly string[]
}

/** How a file of the host is read: its content, or undefined if it is not there. */
export type Reader = (path: string) => string | undefined

/** What the three files of a container hold. `read` is for tests. */
export function networkFiles(options: FilesOptions, read: Reader = readHost): NetworkFiles {
  const { mode, hostname, domainname, extraHosts: extra = [] } = options
  const full = fullName(hostname, domainname)
  const ofHost = mode === 'host' ? read('/etc/hosts') : undefined
  return {
    resolvConf: resolvConf(read, options),
    hosts:
      ofHost === undefined
        ? hostsFile({ ...options, hostname: full, extra })
        : `${ofHost}${extra.map(hostLine).join('')}`,
    hostname: `${hostname}\n`,
  }
}

const stub = /^127\.0\.0\.5[34]$/
const behindStub = '/run/systemd/resolve/resolv.conf'

/**
 * Docker's choice when the host names no server that a container can reach: the public ones of Google. Names that
 * cannot be looked up at all would be the more surprising thing; who does not want it says `--dns`.
 */
const publicServers = ['8.8.8.8', '8.8.4.4']

/**
 * The host's resolv.conf as far as it is true inside. systemd-resolved listens on 127.0.0.53, which in the
 * container is the container itself; the servers behind it are in a file of its own. Other loopback addresses
 * are left out, and IPv6 ones as well: our bridge has IPv4 only. Search domains and options stay, unless others are
 * wanted. With the host's network all of it is true.
 */
function resolvConf(read: Reader, { mode, dns = [], dnsSearch = [], dnsOptions = [] }: FilesOptions): string {
  const ofHost = read('/etc/resolv.conf') ?? ''
  if (mode === 'host' && dns.length + dnsSearch.length + dnsOptions.length === 0) return ofHost
  const isStub = mode !== 'host' && nameServers(ofHost).some((server) => stub.test(server))
  const lines = (isStub ? (read(behindStub) ?? ofHost) : ofHost).split('\n').map((line) => line.trim())
  const known = nameServers(lines.join('\n'))
  const reachable =
    mode === 'host' ? known : known.filter((server) => !server.includes(':') && !server.startsWith('127.'))
  const servers = dns.length > 0 ? dns : reachable.length > 0 ? reachable : publicServers
  const kept = lines.filter(
    (line) =>
      /^sortlist\s/.test(line) ||
      (/^(search|domain)\s/.test(line) && dnsSearch.length === 0) ||
      (/^options\s/.test(line) && dnsOptions.length === 0),
  )
  // a dot is Docker's way to say: none
  const search = dnsSearch.filter((domain) => domain !== '.')
  return [
    ...servers.map((server) => `nameserver ${server}`),
    ...kept,
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...(dnsOptions.length > 0 ? [`options ${dnsOptions.join(' ')}`] : []),
    '',
  ].join('\n')
}

function nameServers(content: string): string[] {
  return [...content.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1]!)
}

function readHost(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
