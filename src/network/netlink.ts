// The language of netlink, in which programs and the kernel talk about links, addresses, routes and firewall rules:
// messages to bytes and back. Making a message makes nothing happen; conversation.ts sends it. netlink(7)
//
//     a message     length u32 · type u16 · flags u16 · sequence u32 · port u32, a fixed struct, attributes
//     an attribute  length u16 · type u16, content, zeros up to the next multiple of four
//
// The content may be attributes again. Numbers are in the processor's order (both of ours are little-endian),
// but those of nf_tables and all internet addresses are big-endian.

import * as N from './numbers.ts'

/** One attribute: its bytes, and how it reads. */
export interface Attribute {
  readonly text: string
  readonly bytes: Buffer
}

/** One request to the kernel, not yet sent: sequence number and the wish for an answer come with the sending. */
export interface Message {
  /** Its type by name: two families use the same numbers. */
  readonly name: N.MessageName
  readonly flags: number
  readonly body: Buffer
  /** In words, for `--explain` and `--trace`: `RTM_NEWLINK IFLA_IFNAME="gocker0"`. */
  readonly text: string
}

const headerSize = 16
const attributeHeaderSize = 4

/** An attribute that holds bytes; `shown` says in words what they are. */
export function attribute(name: N.AttributeName, content: Buffer, shown: string, flags = 0): Attribute {
  const length = attributeHeaderSize + content.length
  const bytes = Buffer.alloc(aligned(length))
  bytes.writeUInt16LE(length, 0)
  bytes.writeUInt16LE(N.attributes[name] | flags, 2)
  content.copy(bytes, attributeHeaderSize)
  return { bytes, text: shown === '' ? name : `${name}=${shown}` }
}

/** A string, with a NUL at its end. */
export function string(name: N.AttributeName, value: string): Attribute {
  return attribute(name, Buffer.from(`${value}\0`), JSON.stringify(value))
}

/** A number of 32 bits in the processor's order; `shown` where a word says more, as the name of a link. */
export function u32(name: N.AttributeName, value: number, shown = String(value)): Attribute {
  const content = Buffer.alloc(4)
  content.writeUInt32LE(value >>> 0)
  return attribute(name, content, shown)
}

/** A number of 32 bits, big-endian, as nf_tables has them all. */
export function be32(name: N.AttributeName, value: number, shown = String(value)): Attribute {
  const content = Buffer.alloc(4)
  content.writeUInt32BE(value >>> 0)
  return attribute(name, content, shown)
}

/** Attributes within an attribute, behind a `struct` if there is one (the peer of a veth pair has one). */
export function nested(name: N.AttributeName, inner: readonly Attribute[], struct?: Buffer): Attribute {
  const content = Buffer.concat([...(struct ? [struct] : []), ...inner.map((a) => a.bytes)])
  return attribute(name, content, `{${inner.map((a) => a.text).join(', ')}}`, N.NLA_F_NESTED)
}

/** A message with its fixed struct and attributes. `words` replaces the text made of the attributes. */
export function message(
  name: N.MessageName,
  flags: number,
  struct: Buffer,
  inner: readonly Attribute[],
  words = inner.map((a) => a.text).join(', '),
): Message {
  const body = Buffer.concat([struct, ...inner.map((a) => a.bytes)])
  return { name, flags, body, text: words === '' ? name : `${name} ${words}` }
}

/**
 * The bytes of several messages for one sendto(2), numbered from `firstSequence`. Only the one at `acknowledged`
 * asks for an answer: an error is answered always, and the kernel takes them in order.
 */
export function encode(messages: readonly Message[], firstSequence: number, acknowledged: number): Buffer {
  return Buffer.concat(
    messages.map((one, i) => {
      const bytes = Buffer.alloc(headerSize + aligned(one.body.length))
      const isDump = (one.flags & N.NLM_F_DUMP) === N.NLM_F_DUMP
      bytes.writeUInt32LE(headerSize + one.body.length, 0)
      bytes.writeUInt16LE(N.messages[one.name], 4)
      bytes.writeUInt16LE(N.NLM_F_REQUEST | one.flags | (i === acknowledged && !isDump ? N.NLM_F_ACK : 0), 6)
      bytes.writeUInt32LE(firstSequence + i, 8)
      one.body.copy(bytes, headerSize)
      return bytes
    }),
  )
}

/** A message that came from the kernel. */
export interface Received {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly body: Buffer
}

/** The messages in what one recvfrom(2) brought. */
export function decode(bytes: Buffer): Received[] {
  const found: Received[] = []
  for (let at = 0; at + headerSize <= bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    if (length < headerSize || at + length > bytes.length) break
    found.push({
      type: bytes.readUInt16LE(at + 4),
      flags: bytes.readUInt16LE(at + 6),
      sequence: bytes.readUInt32LE(at + 8),
      body: bytes.subarray(at + headerSize, at + length),
    })
    at += aligned(length)
  }
  return found
}

/** The attributes in `bytes`: number → content. Of attributes with the same number the last one stays. */
export function attributesIn(bytes: Buffer): Map<number, Buffer> {
  return new Map(listIn(bytes))
}

/** The attributes in `bytes` in their order, for lists whose elements all have the same number. */
export function listIn(bytes: Buffer): [type: number, content: Buffer][] {
  const found: [number, Buffer][] = []
  for (let at = 0; at + attributeHeaderSize <= bytes.length; ) {
    const length = bytes.readUInt16LE(at)
    if (length < attributeHeaderSize || at + length > bytes.length) break
    const type = bytes.readUInt16LE(at + 2) & N.NLA_TYPE_MASK
    found.push([type, bytes.subarray(at + attributeHeaderSize, at + length)])
    at += aligned(length)
  }
  return found
}

/** A string attribute without the NUL at its end; empty if it is not there. */
export function stringOf(content: Buffer | undefined): string {
  return content?.toString('utf8').replace(/\0+$/, '') ?? ''
}

/** The content with at least `length` bytes: what an answer lacks counts as zeros. */
export function atLeast(length: number, content: Buffer = Buffer.alloc(0)): Buffer {
  return content.length >= length ? content : Buffer.concat([content], length)
}

function aligned(length: number): number {
  return (length + 3) & ~3
}
