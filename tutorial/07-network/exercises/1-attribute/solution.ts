// Exercise 07-1: netlink attributes, to bytes and back.

/** The bits of a type that are flags: NLA_F_NESTED and NLA_F_NET_BYTEORDER in linux/netlink.h */
export const flagBits = 0xc000

const headSize = 4

/** One attribute, with the zeros at its end. */
export function attribute(type: number, content: Uint8Array): Buffer {
  const length = headSize + content.length
  const bytes = Buffer.alloc(aligned(length))
  bytes.writeUInt16LE(length, 0)
  bytes.writeUInt16LE(type, 2)
  bytes.set(content, headSize)
  return bytes
}

/** The attributes in these bytes: the type without its flags, and the content. Of two with the same type, the last. */
export function attributesIn(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>()
  for (let at = 0; at + headSize <= bytes.length; ) {
    const length = bytes.readUInt16LE(at)
    if (length < headSize || at + length > bytes.length) break
    found.set(bytes.readUInt16LE(at + 2) & ~flagBits, bytes.subarray(at + headSize, at + length))
    at += aligned(length)
  }
  return found
}

function aligned(length: number): number {
  return (length + 3) & ~3
}
