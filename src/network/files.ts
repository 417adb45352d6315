// The three files of /etc that a network needs: resolv.conf (who translates names), hosts (names known without
// asking), hostname. Here they are only composed: content, no file is written. resolv.conf(5), hosts(5), hostname(5)

import { readFileSync } from 'node:fs'

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
  /** The container's address; with `bridge` only. */
  readonly address?: string
  /** Name servers to use instead of the host's. */
  readonly dns?: readonly string[]
}

/** How a file of the host is read: its content, or undefined if it is not there. */
export type Reader = (path: string) => string | undefined

/** What the three files of a container hold. `read` is for tests. */
export function networkFiles(options: FilesOptions, read: Reader = readHost): NetworkFiles {
  const { mode, hostname, address, dns = [] } = options
  return {
    resolvConf: mode === 'host' && dns.length === 0 ? hostResolvConf(read) : resolvConf(read, dns),
    hosts: (mode === 'host' ? read('/etc/hosts') : undefined) ?? hostsFile(hostname, address),
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
 * are left out, and IPv6 ones as well: our bridge has IPv4 only. Search domains and options stay.
 */
function resolvConf(read: Reader, dns: readonly string[]): string {
  const ofHost = read('/etc/resolv.conf') ?? ''
  const lines = (
    nameServers(ofHost).some((server) => stub.test(server)) ? (read(behindStub) ?? ofHost) : ofHost
  )
    .split('\n')
    .map((line) => line.trim())
  const kept = lines.filter((line) => /^(search|domain|options|sortlist)\s/.test(line))
  const reachable = nameServers(lines.join('\n')).filter((s) => !s.includes(':') && !s.startsWith('127.'))
  const servers = dns.length > 0 ? dns : reachable.length > 0 ? reachable : publicServers
  return `${[...servers.map((server) => `nameserver ${server}`), ...kept].join('\n')}\n`
}

function hostResolvConf(read: Reader): string {
  return read('/etc/resolv.conf') ?? ''
}

function nameServers(content: string): string[] {
  return [...content.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1]!)
}

/** Without a network of its own the container's name means itself, as Debian has it for a machine without one. */
function hostsFile(hostname: string, address = '127.0.1.1'): string {
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::\tip6-localnet',
    'ff00::\tip6-mcastprefix',
    'ff02::1\tip6-allnodes',
    'ff02::2\tip6-allrouters',
    `${address}\t${hostsName(hostname)}`,
    '',
  ].join('\n')
}

/** `web.example.org` is also known as `web`. */
function hostsName(hostname: string): string {
  const short = hostname.split('.')[0]!
  return short === hostname ? hostname : `${hostname} ${short}`
}

function readHost(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
