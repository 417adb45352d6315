import { expect, it } from 'vitest'
import { lease } from './exercise.ts'

const large = { gateway: '172.29.0.1', prefix: 16 }
/** Fourteen addresses from .1 to .14; the gateway has .1. */
const small = { gateway: '192.168.7.1', prefix: 28 }

/** Give out addresses until there is none, as many as `most`. */
function all(subnet: { gateway: string; prefix: number }, most: number) {
  const links: string[] = []
  const addresses: string[] = []
  while (addresses.length < most) {
    try {
      const { address, link } = lease(subnet, links, addresses.at(-1))
      addresses.push(address)
      links.push(link)
    } catch (error) {
      if (/TODO/.test((error as Error).message)) throw error
      break
    }
  }
  return addresses
}

it('the first container gets the first address behind the gateway', () => {
  expect(lease(large, ['lo', 'eth0'])?.address, 'of 172.29.0.1/16').toBe('172.29.0.2')
  expect(lease(small, [])?.address, 'of 192.168.7.1/28').toBe('192.168.7.2')
})

it('the link is called after the address', () => {
  expect(lease(large, [])?.link, 'for 172.29.0.2').toBe('veth-ac1d0002')
  expect(lease({ gateway: '10.0.0.1', prefix: 24 }, [])?.link, 'for 10.0.0.2: eight digits').toBe(
    'veth-0a000002',
  )
})

it('what another container has is not given out', () => {
  expect(lease(large, ['veth-ac1d0002', 'lo', 'veth-ac1d0003'])?.address, '.2 and .3 are taken').toBe(
    '172.29.0.4',
  )
})

it('links of others say nothing', () => {
  const links = ['docker0', 'veth12ab34c', 'veth-ac1d', 'xveth-ac1d0002', 'veth-0a000002', 'veth-AC1D0002']
  expect(lease(large, links)?.address, 'no lease of this subnet is among the links').toBe('172.29.0.2')
})

it('the search goes on behind the last one', () => {
  const bob = lease(large, [], '172.29.0.5')
  expect(bob?.address, 'when .5 was given out last, though .2 is free').toBe('172.29.0.6')
  expect(lease(large, [], '172.29.1.255')?.address, 'behind 172.29.1.255').toBe('172.29.2.0')
})

it('neither the name of the subnet, nor everyone, nor the gateway', () => {
  const addresses = all(small, 20)
  expect(addresses, 'the addresses that were given out').not.toContain('192.168.7.0')
  expect(addresses, 'the addresses that were given out').not.toContain('192.168.7.15')
  expect(addresses, 'the addresses that were given out').not.toContain('192.168.7.1')
  const middle = all({ gateway: '192.168.7.22', prefix: 28 }, 20)
  expect(middle.toSorted(), 'a gateway in the middle of its subnet').toEqual(
    [17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30].map((n) => `192.168.7.${n}`),
  )
})

it('all of them are given out, each once', () => {
  const addresses = all(small, 20)
  expect(new Set(addresses).size, 'different addresses').toBe(13)
  expect(addresses.length, 'how many were given out').toBe(13)
  expect(all({ gateway: '10.1.2.1', prefix: 30 }, 5), 'a subnet for one container').toEqual(['10.1.2.2'])
})

it('a hole is found, wherever it is', () => {
  const links = Array.from({ length: 16 }, (_, n) => `veth-c0a8070${n.toString(16)}`)
  for (const hole of [2, 9, 14]) {
    const others = links.filter((_, n) => n !== hole)
    for (const last of [2, 9, 14])
      expect(lease(small, others, `192.168.7.${last}`)?.address, `only .${hole} is free`).toBe(
        `192.168.7.${hole}`,
      )
  }
  expect(() => lease(small, links), 'none is free').toThrow(/^(?!.*TODO)./)
})
