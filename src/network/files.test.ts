import { describe, expect, it } from 'vitest'
import { networkFiles } from './files.ts'

const host = (files: Record<string, string>) => (path: string) => files[path]
const resolv = (files: Record<string, string>, dns?: string[]) =>
  networkFiles({ mode: 'bridge', hostname: 'web', address: '172.29.0.2', dns }, host(files)).resolvConf

describe('resolv.conf', () => {
  it('is what the host has: servers, search, options; comments are left out', () => {
    const content = '# made by hand\nnameserver 10.0.0.53\nsearch example.org corp\noptions ndots:2\n'
    expect(resolv({ '/etc/resolv.conf': content })).toBe(
      'nameserver 10.0.0.53\nsearch example.org corp\noptions ndots:2\n',
    )
  })

  it('behind systemd-resolved names the servers that it asks, not itself', () => {
    const files = {
      '/etc/resolv.conf': 'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n',
      '/run/systemd/resolve/resolv.conf': 'nameserver 192.0.2.1\nnameserver fe80::1%2\nsearch lan\n',
    }
    expect(resolv(files)).toBe('nameserver 192.0.2.1\nsearch lan\n')
  })

  it('names no server on the loopback: inside, that would be the container itself', () => {
    expect(
      resolv({ '/etc/resolv.conf': 'nameserver 127.0.0.1\nnameserver ::1\nnameserver 10.0.0.1\n' }),
    ).toBe('nameserver 10.0.0.1\n')
  })

  it('names public servers if the host has none that can be reached', () => {
    for (const content of ['nameserver 127.0.0.1\n', '']) {
      expect(resolv({ '/etc/resolv.conf': content })).toBe('nameserver 8.8.8.8\nnameserver 8.8.4.4\n')
    }
    expect(resolv({})).toContain('8.8.8.8')
  })

  it('names only what --dns says, and keeps the search domains', () => {
    const files = { '/etc/resolv.conf': 'nameserver 10.0.0.53\nsearch example.org\n' }
    expect(resolv(files, ['1.1.1.1', '9.9.9.9'])).toBe(
      'nameserver 1.1.1.1\nnameserver 9.9.9.9\nsearch example.org\n',
    )
  })

  it("is the host's own, word for word, with the host's network", () => {
    const content = '# mine\nnameserver 127.0.0.53\n'
    const read = host({ '/etc/resolv.conf': content, '/etc/hosts': '10.0.0.1 router\n' })
    const files = networkFiles({ mode: 'host', hostname: 'web' }, read)
    expect(files.resolvConf).toBe(content)
    expect(files.hosts).toBe('10.0.0.1 router\n')
  })
})

describe('hosts and hostname', () => {
  it('know the container by its address', () => {
    const files = networkFiles(
      { mode: 'bridge', hostname: 'web.example.org', address: '172.29.0.2' },
      host({}),
    )
    expect(files.hosts).toContain('127.0.0.1\tlocalhost\n')
    expect(files.hosts).toContain('172.29.0.2\tweb.example.org web\n')
    expect(files.hostname).toBe('web.example.org\n')
  })

  it('know it without a network, too', () => {
    expect(networkFiles({ mode: 'none', hostname: 'web' }, host({})).hosts).toContain('127.0.1.1\tweb\n')
  })
})
