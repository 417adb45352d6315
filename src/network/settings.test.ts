import { describe, expect, it } from 'vitest'
import * as s from './settings.ts'

describe('addresses', () => {
  it('are numbers, and back', () => {
    expect(s.toNumber('172.29.0.2')).toBe(0xac1d0002)
    expect(s.toDotted(0xac1d0002)).toBe('172.29.0.2')
    expect(s.toDotted(s.toNumber('255.255.255.255'))).toBe('255.255.255.255')
  })

  it.each(['', '1.2.3', '1.2.3.256', '1.2.3.4.5', '1.2.3.x', '0x1.2.3.4'])(
    '%j is refused in words',
    (text) => {
      expect(() => s.toNumber(text)).toThrow(/IPv4/)
    },
  )

  it('name their hardware address and their lease, and a lease names its address', () => {
    expect(s.macOf('172.29.0.2')).toBe('02:42:ac:1d:00:02')
    expect(s.hostLinkOf('10.0.0.9')).toBe('veth-0a000009')
    expect(s.leaseOf('veth-ac1d0002')).toBe('172.29.0.2')
    expect(s.leaseOf('veth1a2b3c4')).toBeUndefined()
  })

  it('have a subnet with a first and a last one', () => {
    expect(s.subnetOf(s.gocker0)).toBe('172.29.0.0')
    expect(s.broadcastOf(s.gocker0)).toBe('172.29.255.255')
    expect(s.isIn(s.gocker0, '172.29.255.1')).toBe(true)
    expect(s.isIn(s.gocker0, '172.30.0.1')).toBe(false)
    expect(s.broadcastOf({ ...s.gocker0, address: '10.1.2.3', prefix: 0 })).toBe('255.255.255.255')
  })

  it('for containers are each given once, without the first, the last and the bridge, from wherever one begins', () => {
    const tiny = { ...s.gocker0, address: '10.0.0.1', prefix: 29 }
    expect([...s.candidates(tiny, 2)]).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6'])
    expect([...s.candidates(tiny, 1005)].toSorted()).toEqual([...s.candidates(tiny, 2)])
    expect(s.candidates(tiny, 1005).next().value).toBe('10.0.0.5')
  })
})
