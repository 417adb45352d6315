// ELF files for tests, with just what a loader looks at. They are no programs: nothing can run them.

/** A small ELF file: one loadable segment that holds everything, an interpreter, and a dynamic section. */
export function elfFile(
  machine: number,
  interpreter: string,
  dynamic: readonly (readonly [tag: number, text: string])[],
) {
  const texts = Buffer.from(['', interpreter, ...dynamic.map(([, text]) => text), ''].join('\0'))
  const at = (text: string) => texts.indexOf(`\0${text}\0`) + 1
  const [headers, address] = [64 + 3 * 56, 0x400000]
  const entries = [
    ...dynamic.map(([tag, text]) => [tag, at(text)]),
    [5, address + headers],
    [10, texts.length],
    [0, 0],
  ]
  const table = Buffer.alloc(entries.length * 16)
  for (const [i, [tag, value]] of entries.entries()) {
    table.writeBigUInt64LE(BigInt(tag!), i * 16)
    table.writeBigUInt64LE(BigInt(value!), i * 16 + 8)
  }
  const size = headers + texts.length + table.length
  const header = Buffer.alloc(headers)
  header.write('7f454c460201', 'hex')
  header.writeUInt16LE(machine, 18)
  header.writeBigUInt64LE(64n, 32)
  header.writeUInt16LE(56, 54)
  header.writeUInt16LE(3, 56)
  const segments: readonly (readonly number[])[] = [
    [1, 0, size],
    [2, headers + texts.length, table.length],
    [3, headers + at(interpreter), interpreter.length + 1],
  ]
  for (const [i, [type, offset, length]] of segments.entries()) {
    const start = 64 + i * 56
    header.writeUInt32LE(type!, start)
    header.writeBigUInt64LE(BigInt(offset!), start + 8)
    header.writeBigUInt64LE(BigInt(address + offset!), start + 16)
    header.writeBigUInt64LE(BigInt(length!), start + 32)
  }
  return Buffer.concat([header, texts, table])
}
