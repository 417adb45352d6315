import { expect, it } from 'vitest'
import { attribute, attributesIn } from './exercise.ts'

const name = 3 // IFLA_IFNAME
const mtu = 4 // IFLA_MTU
const info = 18 // IFLA_LINKINFO
const nested = 0x8000

const hex = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? 'nothing' : Buffer.from(bytes).toString('hex')
const text = (content: string) => Buffer.from(`${content}\0`)
const types = (bytes: Buffer) => [...attributesIn(bytes).keys()]

it('an attribute is a length, a type and the content', () => {
  const gocker0 = attribute(name, text('gocker0'))
  expect(hex(gocker0), '"gocker0" and a NUL are eight bytes: no zeros are needed').toBe(
    '0c000300676f636b65723000',
  )
})

it('zeros fill up to the next four bytes, and are not counted', () => {
  expect(hex(attribute(name, text('lo'))), '"lo": length 7, and one zero').toBe('070003006c6f0000')
  expect(hex(attribute(name, text('eth0'))), '"eth0": length 9, and three zeros').toBe(
    '090003006574683000000000',
  )
  for (let length = 0; length < 9; length++)
    expect(attribute(name, Buffer.alloc(length, 1)).length % 4, `what is over with ${length} bytes`).toBe(0)
})

it('an attribute may have no content', () => {
  expect(hex(attribute(mtu, Buffer.alloc(0))), 'four bytes, and none of content').toBe('04000400')
  const bytes = Buffer.concat([attribute(mtu, Buffer.alloc(0)), attribute(name, text('lo'))])
  expect(types(bytes), 'the types of an empty one and of one behind it').toEqual([mtu, name])
})

it('what was made is found again', () => {
  const bytes = Buffer.concat([attribute(name, text('eth0')), attribute(mtu, Buffer.from([0xdc, 5, 0, 0]))])
  expect(types(bytes), 'the types, in their order').toEqual([name, mtu])
  expect(hex(attributesIn(bytes).get(name)), 'the name, without the zeros behind it').toBe('6574683000')
  expect(hex(attributesIn(bytes).get(mtu)), 'the mtu').toBe('dc050000')
})

it('attributes can lie in an attribute', () => {
  const kind = attribute(1, text('veth'))
  const bytes = attribute(info | nested, kind)
  expect(types(bytes), 'the flag for “nested” is not a part of the type').toEqual([info])
  const inside = attributesIn(bytes).get(info)!
  expect(hex(attributesIn(inside).get(1)), 'the attribute inside').toBe(hex(text('veth')))
})

it('of two with the same type the last one is kept', () => {
  const bytes = Buffer.concat([attribute(name, text('old')), attribute(name, text('new'))])
  expect(hex(attributesIn(bytes).get(name)), 'the name').toBe(hex(text('new')))
})

it('a message that was cut off has the attributes that are whole', () => {
  const bytes = Buffer.concat([attribute(mtu, Buffer.from([0xdc, 5, 0, 0])), attribute(name, text('eth0'))])
  for (const cut of [8, 9, 11, 12, 14, 16])
    expect(types(bytes.subarray(0, cut)), `${cut} of ${bytes.length} bytes have come`).toEqual([mtu])
  expect(types(bytes.subarray(0, 17)), 'all but the zeros have come').toEqual([mtu, name])
  expect(types(Buffer.alloc(0)), 'nothing has come').toEqual([])
})

it('a length that cannot be ends the list, and not the program', () => {
  const good = attribute(mtu, Buffer.from([1, 0, 0, 0]))
  for (const length of [0, 1, 3]) {
    const bad = Buffer.from([length, 0, 9, 0, 0, 0, 0, 0])
    expect(types(Buffer.concat([good, bad, good])), `an attribute of ${length} bytes`).toEqual([mtu])
  }
  const endless = Buffer.from([0xff, 0xff, 9, 0, 0, 0, 0, 0])
  expect(types(Buffer.concat([good, endless])), 'an attribute of 65,535 bytes').toEqual([mtu])
})
