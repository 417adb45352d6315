// /etc/hosts as a container sees it: the names that are known without asking anybody. Only composed here: no file is
// written. hosts(5)

export interface HostLine {
  readonly address: string
  readonly names: readonly string[]
}

const always: readonly HostLine[] = [
  { address: '127.0.0.1', names: ['localhost'] },
  { address: '::1', names: ['localhost', 'ip6-localhost', 'ip6-loopback'] },
  { address: 'fe00::', names: ['ip6-localnet'] },
  { address: 'ff00::', names: ['ip6-mcastprefix'] },
  { address: 'ff02::1', names: ['ip6-allnodes'] },
  { address: 'ff02::2', names: ['ip6-allrouters'] },
]

export interface HostsOptions {
  readonly hostname: string
  /** The container's address on a network without names. */
  readonly address?: string
  /** What a person wants to be there. */
  readonly extra?: readonly HostLine[]
  /** Itself and its neighbours, on networks with names. */
  readonly names?: readonly HostLine[]
}

/** The content of the file. Of two lines with the same name the first one counts, so what a person wants comes first. */
export function hostsFile({ hostname, address, extra = [], names = [] }: HostsOptions): string {
  const own = address ?? (names.length === 0 ? withoutNetwork : undefined)
  const lines = [
    ...always,
    ...extra,
    ...(own === undefined ? [] : [{ address: own, names: hostNames(hostname) }]),
  ]
  return withNames(lines.map(hostLine).join(''), names)
}

/** Without a network of its own the container's name means itself, as Debian has it for a machine without one. */
const withoutNetwork = '127.0.1.1'

/** `web` of the domain `example.org` is `web.example.org`. */
export function fullName(hostname: string, domainname: string | undefined): string {
  return domainname === undefined ? hostname : `${hostname}.${domainname}`
}

/** `web.example.org` is also known as `web`. */
export function hostNames(hostname: string): string[] {
  return [hostname, hostname.split('.')[0]!]
}

const [begin, end] = ['# containers on the same networks', '# end of the containers on the same networks']

/** The same content with these names of containers instead of those before. What a container has written itself stays. */
export function withNames(content: string, names: readonly HostLine[]): string {
  const from = content.indexOf(`${begin}\n`)
  const to = content.indexOf(`${end}\n`)
  const [before, after] =
    from === -1 || to < from ? [content, ''] : [content.slice(0, from), content.slice(to + end.length + 1)]
  const block = names.length === 0 ? '' : `${begin}\n${names.map(hostLine).join('')}${end}\n`
  const gap = before === '' || before.endsWith('\n') || block === '' ? '' : '\n'
  return `${before}${gap}${block}${after}`
}

export function hostLine({ address, names }: HostLine): string {
  return `${address}\t${[...new Set(names)].join(' ')}\n`
}
