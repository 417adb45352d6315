import { describe, expect, it } from 'vitest'
import { stepsOf } from '../syscall/syscall.ts'
import { notation } from '../syscall/trace.ts'
import { exchange } from './conversation.ts'
import {
  attributesIn,
  be32,
  decode,
  encode,
  listIn,
  message,
  nested,
  string,
  stringOf,
  u32,
} from './netlink.ts'
import * as N from './numbers.ts'

describe('an attribute', () => {
  it('counts its header and content in its length, but not the zeros that fill up to four', () => {
    expect(string('IFLA_IFNAME', 'eth0').bytes.toString('hex')).toBe('0900030065746830' + '00000000')
  })

  it('holds numbers in the order of the processor, and those of nf_tables big-endian', () => {
    expect(u32('IFLA_MTU', 1500).bytes.toString('hex')).toBe('08000400dc050000')
    expect(be32('NFTA_CHAIN_POLICY', 1).bytes.toString('hex')).toBe('0800050000000001')
  })

  it('may hold attributes, and says so in its type', () => {
    const info = nested('IFLA_LINKINFO', [string('IFLA_INFO_KIND', 'veth')])
    expect(info.bytes.readUInt16LE(2)).toBe(18 | N.NLA_F_NESTED)
    expect(info.text).toBe('IFLA_LINKINFO={IFLA_INFO_KIND="veth"}')
    const outer = attributesIn(info.bytes)
    expect(stringOf(attributesIn(outer.get(18)!).get(1))).toBe('veth')
  })

  it('is found again, also among others of the same type, and rubbish at the end is left alone', () => {
    const two = [string('NFTA_LIST_ELEM', 'a'), string('NFTA_LIST_ELEM', 'bcdef')]
    const bytes = Buffer.concat([...two.map((a) => a.bytes), Buffer.from([3, 0])])
    expect(listIn(bytes).map(([type, content]) => [type, stringOf(content)])).toEqual([
      [1, 'a'],
      [1, 'bcdef'],
    ])
  })
})

describe('a message', () => {
  const get = message('RTM_GETLINK', 0, Buffer.alloc(16), [string('IFLA_IFNAME', 'lo')])
  const dump = message('RTM_GETLINK', N.NLM_F_DUMP, Buffer.alloc(16), [], 'NLM_F_DUMP')

  it('comes back from its bytes, and only the one that was chosen asks for an acknowledgement', () => {
    const [first, second] = decode(encode([get, get], 7, 1))
    expect(first).toMatchObject({ type: 18, sequence: 7, flags: N.NLM_F_REQUEST })
    expect(second).toMatchObject({ type: 18, sequence: 8, flags: N.NLM_F_REQUEST | N.NLM_F_ACK })
    expect(stringOf(attributesIn(first!.body.subarray(16)).get(3))).toBe('lo')
  })

  it('that asks for a list needs no acknowledgement: the list has an end', () => {
    expect(decode(encode([dump], 1, 0))[0]!.flags).toBe(N.NLM_F_REQUEST | N.NLM_F_DUMP)
  })

  it('that is cut off is not taken for one', () => {
    expect(decode(encode([get], 1, 0).subarray(0, 30))).toEqual([])
  })

  it('reads in words where calls are shown', () => {
    const [send, receive] = exchange(3, [get])
    expect(notation(send)).toBe('sendto(3, {RTM_GETLINK IFLA_IFNAME="lo"}, 40, 0, 0, 0)')
    expect(notation(receive)).toContain('{the answer}')
    expect(stepsOf(7)('why', send)[0]).toMatchObject({ chapter: 7, why: 'why' })
  })
})
