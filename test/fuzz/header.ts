// A header of ustar in which anything may stand; only its checksum is right. It knows nothing of the code that reads it.

export interface Header {
  readonly name: string
  readonly flag: string
  readonly linkName: string
  readonly mode: number
  readonly uid: number
  readonly size: number
  readonly major: number
  readonly minor: number
}

export function encodeHeader({ name, flag, linkName, mode, uid, size, major, minor }: Header): Buffer {
  const block = Buffer.alloc(512)
  block.write(name, 0, 100, 'latin1')
  const octal = (value: number, at: number, width: number) =>
    block.write(
      `${value
        .toString(8)
        .padStart(width - 1, '0')
        .slice(-(width - 1))}\0`,
      at,
      'latin1',
    )
  octal(mode, 100, 8)
  octal(uid, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(1_700_000_000, 136, 12)
  block.write('        ', 148, 'latin1')
  block.write(flag, 156, 1, 'latin1')
  block.write(linkName, 157, 100, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  octal(major, 329, 8)
  octal(minor, 337, 8)
  const sum = block.reduce((all, byte) => all + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}
