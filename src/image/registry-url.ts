// Addresses of registries, and of those to whom they send us on: encrypted, unless it is this machine itself.

/** Is this host, with or without a port, this machine itself? Only such registries are spoken to without TLS. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host)
}

/**
 * Where the registry at `host` is asked.
 * @throws Error if the name can be none of a machine
 */
export function registryUrl(host: string, path: string): URL {
  const name = host === 'docker.io' ? 'registry-1.docker.io' : host
  const url = URL.parse(`${isLoopback(name) ? 'http' : 'https'}://${name}/v2/${path}`)
  if (!url) throw new Error(`There can be no registry ${name}: that is no name or address of a machine.`)
  return url
}

/**
 * Where a host sends us on to. What is asked of another machine is answered over TLS, or not at all: also not by a
 * service of this machine, which a stranger would reach through us.
 * @throws Error if it is no address, or if `url` is encrypted and it is not
 */
export function sentOn(url: URL, location: string, base: URL = url): URL {
  const target = URL.parse(location, base.href)
  if (!target) throw new Error(`${url.host} sends to ${JSON.stringify(location)}, which is no address.`)
  if (url.protocol === 'https:' && target.protocol !== 'https:')
    throw new Error(`${url.host} sends to ${target.origin}, which is not encrypted. It is not followed.`)
  return target
}
