// Exercise 07-1: netlink attributes, to bytes and back.

/** The bits of a type that are flags: NLA_F_NESTED and NLA_F_NET_BYTEORDER in linux/netlink.h */
export const flagBits = 0xc000

/** One attribute, with the zeros at its end. */
export function attribute(type: number, content: Uint8Array): Buffer {
  // TODO: make a buffer that is long enough, and write the length, the type and the content into it.
  throw new Error('TODO: attribute does not make any bytes yet')
}

/** The attributes in these bytes: the type without its flags, and the content. Of two with the same type, the last. */
export function attributesIn(bytes: Buffer): Map<number, Buffer> {
  // TODO: read a length and a type, take the content, and go on behind the zeros.
  throw new Error('TODO: attributesIn does not find any attribute yet')
}
