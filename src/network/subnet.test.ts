import { describe, expect, it } from 'vitest'
import * as s from './subnet.ts'

const subnets = (...texts: string[]) => texts.map((text) => s.subnetFrom(text)!)

describe('a subnet', () => {
  it.each(['172.18.0.0/16', '10.0.0.0/8', '0.0.0.0/0', '192.168.1.128/25', '10.1.2.3/32'])(
    '%s is read and written',
    (text) => expect(s.subnetText(s.subnetFrom(text)!)).toBe(text),
  )

  it.each(['', '10.0.0.0', '10.0.0.0/33', '10.0.0/8', '10.0.0.256/8', 'fd00::/8', '10.0.0.0/-1', 'x/8'])(
    '%j is none',
    (text) => expect(s.subnetFrom(text)).toBeUndefined(),
  )

  it('is named by its first address', () => {
    expect(s.subnetText({ address: '10.1.2.3', prefix: 16 })).toBe('10.1.0.0/16')
    expect(s.firstAddress({ address: '10.1.2.3', prefix: 16 })).toBe('10.1.0.1')
  })

  it.each([
    ['10.0.0.0/8', '10.9.0.0/16', true],
    ['10.9.0.0/16', '10.0.0.0/8', true],
    ['10.9.0.0/16', '10.8.0.0/16', false],
    ['0.0.0.0/0', '192.168.0.0/24', true],
    ['10.0.0.128/25', '10.0.0.1/32', false],
    ['10.0.0.128/25', '10.0.0.129/32', true],
  ])('%s and %s overlap: %s', (a, b, expected) => {
    expect(s.overlap(s.subnetFrom(a)!, s.subnetFrom(b)!)).toBe(expected)
  })

  it('holds what lies in it altogether', () => {
    const [outer, inner] = subnets('10.0.0.0/16', '10.0.5.0/24')
    expect(s.holds(outer!, inner!)).toBe(true)
    expect(s.holds(inner!, outer!)).toBe(false)
  })

  it('has addresses for machines, except its first and its last one', () => {
    const [subnet] = subnets('10.0.5.0/24')
    expect(s.isForMachine(subnet!, '10.0.5.9')).toBe(true)
    for (const address of ['10.0.5.0', '10.0.5.255', '10.0.6.1'])
      expect(s.isForMachine(subnet!, address)).toBe(false)
  })
})

describe('a free subnet', () => {
  const free = (...taken: string[]) => {
    const found = s.freeSubnet(subnets(...taken))
    return found && s.subnetText(found)
  }

  it('is the first that overlaps with no network, route or address', () => {
    expect(free()).toBe('172.18.0.0/16')
    expect(free('172.18.0.0/16')).toBe('172.19.0.0/16')
    expect(free('172.18.5.1/32', '172.19.0.0/24', '10.0.0.0/8')).toBe('172.20.0.0/16')
    expect(free('172.16.0.0/12')).toBe('192.168.0.0/20')
    expect(free('172.16.0.0/12', '192.168.1.0/24')).toBe('192.168.16.0/20')
  })

  it('is none when everything is taken', () => {
    expect(free('172.16.0.0/12', '192.168.0.0/16')).toBeUndefined()
    expect(free('0.0.0.0/1', '128.0.0.0/1')).toBeUndefined()
  })
})
